import {
  allowedExtensions,
  entriesOf,
  isMapping,
  type TakeOut,
} from './allowedExtensions';

/** What the configuration of the portal allows beyond, at its own risk. */
export interface Beyond {
  keys: ReadonlySet<string>;
  plugins: ReadonlySet<string>;
}

const UNKNOWN = 'It is none of the settings that documentation may choose.';
const TEXT = 'It must be a plain value.';
const LINK = 'It must be an address that begins with https:// or http://.';

type Rule = (
  value: unknown,
  takeOut: (why: string, what?: string) => void,
  beyond: Beyond,
) => unknown;

const check =
  (isGood: (value: unknown) => boolean, why: string): Rule =>
  (value, takeOut) => {
    if (isGood(value)) {
      return value;
    }
    takeOut(why);
    return undefined;
  };
const scalar = check(
  value => ['string', 'number', 'boolean'].includes(typeof value),
  TEXT,
);
const link = check(value => value === '' || isLink(value), LINK);

const RULES = new Map<string, Rule>(
  Object.entries({
    site_name: scalar,
    site_description: scalar,
    site_author: scalar,
    site_url: link,
    repo_name: scalar,
    repo_url: link,
    // Put behind the address of the repository.
    edit_uri: check(
      value => isLink(value, 'https://repository.invalid/'),
      'It must lead to a page of the repository.',
    ),
    copyright: scalar,
    docs_dir: scalar,
    exclude_docs: scalar,
    not_in_nav: scalar,
    strict: scalar,
    use_directory_urls: scalar,
    // guardDocs has looked at it.
    nav: value => value,
    validation: check(isMapping, 'It must be a mapping.'),
    extra_css: check(
      value => Array.isArray(value) && value.every(isOwnStyle),
      'It must be a list of paths of CSS files in the documentation.',
    ),
    markdown_extensions: (value, takeOut) =>
      allowedExtensions(value, (what, why) => takeOut(why, what)),
    plugins: allowedPlugins,
    theme: allowedTheme,
  } satisfies Record<string, Rule>),
);

/** The names are upstream's: it builds its own search whatever they say. */
const PLUGINS = new Map<string, Set<string>>([
  ['techdocs-core', new Set(['use_material_search', 'use_pymdownx_blocks'])],
  ['search', new Set()],
  ['material/search', new Set()],
]);

const THEME = new Set(
  'name features language direction palette font icon logo favicon'.split(' '),
);

/** Leaves only settings that say what documentation is called and how it looks. */
export function allowedSettings(
  content: Record<string, unknown>,
  beyond: Beyond,
  takeOut: TakeOut,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(content).flatMap(([key, value]) => {
      if (value === null || beyond.keys.has(key)) {
        return RULES.has(key) || beyond.keys.has(key) ? [[key, value]] : [];
      }
      const rule = RULES.get(key);
      if (!rule) {
        takeOut(key, UNKNOWN);
        return [];
      }
      const kept = rule(value, (why, what = key) => takeOut(what, why), beyond);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}

/** As a browser reads it: `java\nscript:` is no relative address. */
export function isLink(value: unknown, base?: string): boolean {
  if (typeof value !== 'string' || !URL.canParse(value, base)) {
    return false;
  }
  const { protocol } = new URL(value, base);
  return protocol === 'https:' || protocol === 'http:';
}

function isOwnStyle(path: unknown): boolean {
  return (
    typeof path === 'string' &&
    /^[\w./ -]+\.css$/.test(path) &&
    !path.startsWith('/') &&
    !path.split('/').includes('..')
  );
}

function allowedPlugins(
  value: unknown,
  takeOut: (why: string, what?: string) => void,
  beyond: Beyond,
): unknown {
  return entriesOf(value, text =>
    takeOut('It is no name of a plugin.', text),
  ).flatMap(([name, given]): unknown[] => {
    if (beyond.plugins.has(name)) {
      return given === undefined ? [name] : [{ [name]: given }];
    }
    const options = PLUGINS.get(name);
    if (!options) {
      takeOut(
        'It is none of those that are known to write nothing but pages.',
        `the plugin ${name}`,
      );
      return [];
    }
    const kept = Object.entries(isMapping(given) ? given : {}).filter(
      ([option, chosen]) => {
        const isKept = options.has(option) && typeof chosen === 'boolean';
        if (!isKept) {
          takeOut(
            'It cannot be set here.',
            `the option ${option} of the plugin ${name}`,
          );
        }
        return isKept;
      },
    );
    return kept.length ? [{ [name]: Object.fromEntries(kept) }] : [name];
  });
}

function allowedTheme(
  value: unknown,
  takeOut: (why: string, what?: string) => void,
): unknown {
  if (!isMapping(value)) {
    return scalar(value, takeOut, { keys: new Set(), plugins: new Set() });
  }
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => {
      if (!THEME.has(key)) {
        takeOut(UNKNOWN, `theme.${key}`);
      }
      return THEME.has(key);
    }),
  );
}
