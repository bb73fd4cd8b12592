import { createApp } from '@backstage/frontend-defaults';
import {
  FrontendFeature,
  createFrontendModule,
} from '@backstage/frontend-plugin-api';
import { accessibilityExtension } from './accessibility/accessibilityExtension';
import { authApiExtensions } from './auth/authApis';
import { providerSettingsExtension } from './auth/providerSettings';
import { scmAuthApi } from './auth/scmAuthApi';
import {
  catalogAppExtensions,
  catalogExtensions,
} from './catalog/catalogExtensions';
import { formExtensions } from './forms/formExtensions';
import { relationModules } from './catalog/relations/relationCards';
import { homePlugin } from './home/homePlugin';
import { extensionErrorExtension } from './shell/extensionErrorExtension';
import { notificationExtensions } from './notifications/notificationExtensions';
import { planExtensions } from './plans/planExtensions';
import { layoutExtension } from './shell/layoutExtension';
import { navExtension } from './shell/Nav';
import { notFoundExtension } from './shell/notFoundExtension';
import { signInPageExtension } from './signIn/signInPageExtension';
import { taskExtensions } from './tasks/taskExtensions';
import { themeExtensions } from './theme/themeExtensions';
import { kubernetesExtensions } from './workloads/kubernetesExtensions';

const shellModule = createFrontendModule({
  pluginId: 'app',
  extensions: [
    ...themeExtensions,
    accessibilityExtension,
    ...authApiExtensions,
    scmAuthApi,
    layoutExtension,
    navExtension,
    notFoundExtension,
    extensionErrorExtension,
    signInPageExtension,
    ...catalogAppExtensions,
  ],
});

const settingsModule = createFrontendModule({
  pluginId: 'user-settings',
  extensions: [providerSettingsExtension],
});

const catalogModule = createFrontendModule({
  pluginId: 'catalog',
  extensions: catalogExtensions,
});

const scaffolderModule = createFrontendModule({
  pluginId: 'scaffolder',
  extensions: [...taskExtensions, ...formExtensions, ...planExtensions],
});

const kubernetesModule = createFrontendModule({
  pluginId: 'kubernetes',
  extensions: kubernetesExtensions,
});

const notificationsModule = createFrontendModule({
  pluginId: 'notifications',
  extensions: notificationExtensions,
});

/**
 * Puts the portal together. Further plugins are found among the packages that the app depends on,
 * see `app.packages` in the configuration; a company hands over what is its own alone, such as a theme.
 */
export function createPortal(options?: { features?: FrontendFeature[] }) {
  return createApp({
    features: [
      shellModule,
      settingsModule,
      catalogModule,
      ...relationModules,
      scaffolderModule,
      kubernetesModule,
      notificationsModule,
      homePlugin,
      ...(options?.features ?? []),
    ],
  });
}
