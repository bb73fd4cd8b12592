import { ThemeBlueprint } from '@backstage/plugin-app-react';
import { UnifiedThemeProvider } from '@backstage/theme';
import { RiMoonLine, RiSunLine } from '@remixicon/react';
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

/** Slipway by day and by night. */
export const themeExtensions = [lightTheme, darkTheme];
