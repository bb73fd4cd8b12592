import {
  ApiBlueprint,
  type appThemeApiRef,
} from '@backstage/frontend-plugin-api';
import appPlugin from '@backstage/plugin-app';
import {
  AppRootWrapperBlueprint,
  ThemeBlueprint,
} from '@backstage/plugin-app-react';
import { UnifiedThemeProvider } from '@backstage/theme';
import { RiMoonLine, RiSunLine } from '@remixicon/react';
import { KeptThemeApi } from './KeptThemeApi';
import { ThemeOfPerson } from './ThemeOfPerson';
import { darkMuiTheme, lightMuiTheme } from './muiThemes';
import './dialogs.css';
import './fields.css';
import './headers.css';
import './labels.css';
import './menus.css';
import './narrow.css';
import './tables.css';
import './tokens.css';

// They take the place of upstream's themes, so that both names mean ours everywhere.
const lightTheme = ThemeBlueprint.make({
  name: 'light',
  params: {
    theme: {
      id: 'light',
      title: 'Light',
      variant: 'light',
      icon: <RiSunLine />,
      Provider: ({ children }) => (
        <UnifiedThemeProvider theme={lightMuiTheme}>
          {children}
        </UnifiedThemeProvider>
      ),
    },
  },
});

const darkTheme = ThemeBlueprint.make({
  name: 'dark',
  params: {
    theme: {
      id: 'dark',
      title: 'Dark',
      variant: 'dark',
      icon: <RiMoonLine />,
      Provider: ({ children }) => (
        <UnifiedThemeProvider theme={darkMuiTheme}>
          {children}
        </UnifiedThemeProvider>
      ),
    },
  },
});

const themeApi = appPlugin.getExtension('api:app/app-theme').override({
  factory: originalFactory => {
    const original = originalFactory().get(ApiBlueprint.dataRefs.factory);
    return [
      ApiBlueprint.dataRefs.factory({
        ...original,
        factory: deps =>
          new KeptThemeApi(original.factory(deps) as typeof appThemeApiRef.T),
      }),
    ];
  },
});

const themeOfPerson = AppRootWrapperBlueprint.make({
  name: 'theme-of-person',
  params: { component: ThemeOfPerson },
});

/** Slipway by day and by night, kept with each person's settings. */
export const themeExtensions = [lightTheme, darkTheme, themeApi, themeOfPerson];
