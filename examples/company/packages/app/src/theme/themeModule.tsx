import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { ThemeBlueprint } from '@backstage/plugin-app-react';
import {
  UnifiedThemeProvider,
  createUnifiedTheme,
  palettes,
} from '@backstage/theme';
import { RiShipLine } from '@remixicon/react';
import './tidewater.css';

const tidewater = createUnifiedTheme({
  palette: {
    ...palettes.light,
    primary: { main: '#0b6e63' },
    navigation: {
      ...palettes.light.navigation,
      background: '#0f2f33',
      indicator: '#5fd0c0',
    },
  },
  defaultPageTheme: 'home',
});

/**
 * Tidewater's colours, in the place of Slipway's light theme; the dark one stays. The old components get them from
 * here, the new ones from the style sheet.
 */
export const themeModule = createFrontendModule({
  pluginId: 'app',
  extensions: [
    ThemeBlueprint.make({
      // An extension of the same name takes the other's place.
      name: 'light',
      params: {
        theme: {
          id: 'tidewater',
          title: 'Tidewater',
          variant: 'light',
          icon: <RiShipLine />,
          Provider: ({ children }) => (
            <UnifiedThemeProvider theme={tidewater} themeName="tidewater">
              {children}
            </UnifiedThemeProvider>
          ),
        },
      },
    }),
  ],
});
