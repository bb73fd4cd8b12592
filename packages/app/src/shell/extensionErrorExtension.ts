import { ErrorDisplay } from '@backstage/frontend-plugin-api';
import { SwappableComponentBlueprint } from '@backstage/plugin-app-react';
import { ExtensionError } from './ExtensionError';

/** Takes the place of upstream's panel, which shows a stack trace. Not loaded later: when it is needed, loading may be what fails. */
export const extensionErrorExtension = SwappableComponentBlueprint.make({
  name: 'core-error-display',
  params: define =>
    define({ component: ErrorDisplay, loader: () => ExtensionError }),
});
