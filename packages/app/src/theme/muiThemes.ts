import {
  createBaseThemeOptions,
  createUnifiedTheme,
  genPageTheme,
  palettes,
} from '@backstage/theme';

/*
 * The same colours for those upstream pages that are still made with Material UI. They cannot read
 * the tokens in tokens.css, since Material UI computes with its colours.
 */
const FONT = 'system-ui, sans-serif';

const typography = {
  htmlFontSize: 16,
  fontFamily: FONT,
  h1: { fontSize: 28, fontWeight: 600, marginBottom: 8 },
  h2: { fontSize: 24, fontWeight: 600, marginBottom: 8 },
  h3: { fontSize: 20, fontWeight: 600, marginBottom: 6 },
  h4: { fontSize: 18, fontWeight: 600, marginBottom: 6 },
  h5: { fontSize: 16, fontWeight: 600, marginBottom: 4 },
  h6: { fontSize: 15, fontWeight: 600, marginBottom: 2 },
};

/** Upstream's page headers are coloured shapes; ours are plain. */
const pageThemes = (color: string, fontColor: string) => {
  const plain = {
    ...genPageTheme({ colors: [color], shape: 'none', options: { fontColor } }),
    backgroundImage: 'none',
  };
  return Object.fromEntries(
    [
      'home',
      'documentation',
      'tool',
      'service',
      'website',
      'library',
      'other',
      'app',
      'apis',
      'card',
    ].map(name => [name, plain]),
  );
};

const components = {
  BackstageHeader: {
    styleOverrides: {
      header: {
        backgroundColor: 'var(--bui-bg-neutral-1)',
        backgroundImage: 'none',
        boxShadow: 'none',
        borderBottom: '1px solid var(--bui-border-1)',
        paddingTop: 16,
        paddingBottom: 12,
      },
      title: { color: 'var(--bui-fg-primary)', fontSize: 22 },
      subtitle: { color: 'var(--bui-fg-secondary)', opacity: 1 },
      type: {
        color: 'var(--bui-fg-secondary)',
        textTransform: 'none' as const,
        fontSize: 12,
      },
      breadcrumb: { color: 'var(--bui-fg-secondary)' },
      breadcrumbType: { color: 'inherit' },
    },
  },
  BackstageHeaderLabel: {
    styleOverrides: {
      label: { color: 'var(--bui-fg-secondary)' },
      value: { color: 'var(--bui-fg-primary)' },
    },
  },
  // Dense tables: 20 rows and the catalog's columns at 1280 by 800.
  MuiTableCell: {
    styleOverrides: {
      root: { padding: '6px' },
      body: { fontSize: 13 },
      sizeSmall: { padding: '6px' },
      head: { textTransform: 'none' as const },
    },
  },
  MuiTableSortLabel: {
    styleOverrides: {
      root: { position: 'relative' as const },
      // It takes no room while it is not seen.
      icon: {
        position: 'absolute' as const,
        left: '100%',
        margin: 0,
        fontSize: 14,
      },
    },
  },
  PluginCatalogTableToolbar: {
    styleOverrides: {
      root: { minHeight: 48, paddingTop: 4, paddingBottom: 4, paddingLeft: 12 },
    },
  },
  BackstageTableHeader: {
    styleOverrides: {
      header: {
        padding: '6px',
        fontSize: 13,
        textTransform: 'none' as const,
        letterSpacing: 'normal',
      },
    },
  },
  // The colours of a terminal are made for a black ground.
  BackstageLogViewer: {
    styleOverrides: {
      lineNumber: {
        color: 'var(--bui-fg-secondary)',
        borderRight: '1px solid var(--bui-border-1)',
      },
      modifierForegroundBlack: { color: 'var(--bui-fg-primary)' },
      modifierForegroundWhite: { color: 'var(--bui-fg-primary)' },
      modifierForegroundGrey: { color: 'var(--bui-fg-secondary)' },
      modifierForegroundRed: { color: 'var(--bui-fg-negative)' },
      modifierForegroundGreen: { color: 'var(--bui-fg-positive)' },
      modifierForegroundYellow: { color: 'var(--bui-fg-warning)' },
      modifierForegroundBlue: { color: 'var(--bui-fg-announcement)' },
      modifierForegroundMagenta: { color: 'var(--bui-fg-announcement)' },
      modifierForegroundCyan: { color: 'var(--bui-fg-announcement)' },
    },
  },
  // Upstream's spinners say nothing to people who do not see them.
  MuiCircularProgress: { defaultProps: { 'aria-label': 'Loading' } },
  MuiLinearProgress: { defaultProps: { 'aria-label': 'Loading' } },
  MuiButton: { styleOverrides: { root: { textTransform: 'none' as const } } },
  MuiTab: { styleOverrides: { root: { textTransform: 'none' as const } } },
  BackstageHeaderTabs: {
    styleOverrides: { defaultTab: { textTransform: 'none' as const } },
  },
  BackstageIconLinkVertical: {
    styleOverrides: {
      label: {
        textTransform: 'none' as const,
        letterSpacing: 'normal',
        fontSize: 12,
      },
    },
  },
  ScaffolderReactOwnerListPicker: {
    styleOverrides: {
      title: { textTransform: 'none' as const, fontSize: 13 },
    },
  },
  CatalogReactUserListPicker: {
    styleOverrides: {
      title: { textTransform: 'none' as const, fontSize: 13 },
      menuItem: { minHeight: 0, padding: '6px 8px' },
      listIcon: { minWidth: 26 },
    },
  },
  MuiPaper: {
    styleOverrides: {
      root: { backgroundImage: 'none' },
      elevation1: {
        boxShadow: 'none',
        border: '1px solid var(--bui-border-1)',
      },
    },
  },
};

/** Material UI's theme in the light. */
export const lightMuiTheme = createUnifiedTheme({
  ...createBaseThemeOptions({
    palette: {
      ...palettes.light,
      error: { main: '#b3202f' },
      primary: { main: '#0b5a8f' },
      secondary: { main: '#526070', light: '#5a6878' },
      background: { default: '#f5f7f9', paper: '#ffffff' },
      text: { primary: '#12202e', secondary: '#526070' },
      textSubtle: '#526070',
      textContrast: '#12202e',
      border: '#dde3e9',
      divider: '#dde3e9',
      link: '#0b5a8f',
      linkHover: '#094a76',
      tabbar: { indicator: '#0b5a8f' },
    },
    typography,
  }),
  defaultPageTheme: 'home',
  pageTheme: pageThemes('#ffffff', '#12202e'),
  components,
});

/** Material UI's theme in the dark. */
export const darkMuiTheme = createUnifiedTheme({
  ...createBaseThemeOptions({
    palette: {
      ...palettes.dark,
      error: { main: '#ff8f98' },
      primary: { main: '#69b8ec' },
      secondary: { main: '#a9b7c5' },
      background: { default: '#0d1520', paper: '#131e2b' },
      text: { primary: '#e9eff5', secondary: '#a9b7c5' },
      textSubtle: '#a9b7c5',
      textContrast: '#e9eff5',
      border: '#2b3a4b',
      divider: '#2b3a4b',
      link: '#7cc3f2',
      linkHover: '#a6d7f6',
      tabbar: { indicator: '#69b8ec' },
    },
    typography,
  }),
  defaultPageTheme: 'home',
  pageTheme: pageThemes('#131e2b', '#e9eff5'),
  components,
});
