import { randomUUID } from 'node:crypto';

/** Says what was taken out of a `mkdocs.yml`, and why. */
export type TakeOut = (what: string, why: string) => void;

type Check = (value: unknown) => boolean;
type Entry = [name: string, options: unknown];

const isScalar: Check = value =>
  ['string', 'number', 'boolean'].includes(typeof value);
const isPlain: Check = value =>
  isScalar(value) || (Array.isArray(value) && value.every(isScalar));

/** Such as `{ name: mermaid, class: mermaid }`. What runs code in such a list, as `format` does, is not named. */
const isListOf =
  (...keys: string[]): Check =>
  value =>
    Array.isArray(value) &&
    value.every(
      item =>
        typeof item === 'string' ||
        (isMapping(item) &&
          Object.entries(item).every(
            ([key, text]) => keys.includes(key) && isScalar(text),
          )),
    );

const FENCE = 'pymdownx.superfences.fence_code_format';
const ICONS = ['material.extensions.emoji', 'materialx.emoji'];

/**
 * Functions of Python that ordinary documentation names by tags such as `!!python/name:materialx.emoji.to_svg`. None other is let in.
 */
export const KNOWN_FUNCTIONS: ReadonlySet<string> = new Set([
  FENCE,
  ...ICONS.flatMap(module => [`${module}.twemoji`, `${module}.to_svg`]),
]);

/** Stands for the icons of the theme until the settings are written. Nobody can write it. */
export const THEME_ICONS = `icons-${randomUUID()}`;

/** Functions that are there anyway are left out, and the one that is not is named by {@link THEME_ICONS}. */
function withoutFunctions(
  extension: string,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const {
    custom_fences: fences,
    emoji_index: index,
    emoji_generator: generator,
    ...others
  } = given;
  const isIcons = (value: unknown, name: string) =>
    ICONS.some(module => value === `${module}.${name}`);
  if (extension === 'pymdownx.superfences' && Array.isArray(fences)) {
    return {
      ...given,
      custom_fences: fences.map(fence => {
        if (!isMapping(fence) || fence.format !== FENCE) {
          return fence;
        }
        const { format, ...rest } = fence;
        return rest;
      }),
    };
  }
  if (extension === 'pymdownx.emoji') {
    return {
      ...others,
      ...(index !== undefined && {
        emoji_index: isIcons(index, 'twemoji') ? THEME_ICONS : index,
      }),
      ...(generator !== undefined &&
        !isIcons(generator, 'to_svg') && { emoji_generator: generator }),
    };
  }
  return given;
}

const plain = (names: string): [string, Check][] =>
  names
    .split(' ')
    .filter(Boolean)
    .map(name => [name, isPlain]);
const options = (names: string, more: Record<string, Check> = {}) =>
  new Map([...plain(names), ...Object.entries(more)]);

/**
 * The options of each allowed extension that only change how text looks. Left out, on purpose: all that names a path,
 * an address, Python code, or that is handed on to another library (as `codehilite` does, whose `cssfile` writes).
 */
const OPTIONS = new Map<string, Map<string, Check>>(
  Object.entries({
    abbr: options(''),
    admonition: options(''),
    attr_list: options(''),
    codehilite: options('linenums guess_lang css_class use_pygments'),
    def_list: options(''),
    extra: options(''),
    fenced_code: options('lang_prefix'),
    footnotes: options(
      'PLACE_MARKER UNIQUE_IDS BACKLINK_TEXT SUPERSCRIPT_TEXT BACKLINK_TITLE SEPARATOR USE_DEFINITION_ORDER',
    ),
    legacy_attrs: options(''),
    legacy_em: options(''),
    md_in_html: options(''),
    mdx_truly_sane_lists: options('nested_indent truly_sane'),
    meta: options(''),
    nl2br: options(''),
    sane_lists: options(''),
    smarty: options(
      'smart_quotes smart_angled_quotes smart_dashes smart_ellipses',
    ),
    tables: options('use_align_attribute'),
    toc: options(
      'marker title title_class toc_class anchorlink anchorlink_class permalink permalink_class permalink_title permalink_leading baselevel separator toc_depth',
    ),
    wikilinks: options('html_class'),
    'pymdownx.arithmatex': options(
      'generic preview smart_dollar block_syntax inline_syntax tex_inline_wrap tex_block_wrap',
    ),
    'pymdownx.betterem': options('smart_enable'),
    'pymdownx.blocks.admonition': options('', {
      types: isListOf('name', 'class', 'title'),
    }),
    'pymdownx.blocks.caption': options('auto auto_level prepend', {
      types: isListOf('name', 'prefix', 'classes'),
    }),
    'pymdownx.blocks.definition': options(''),
    'pymdownx.blocks.details': options('', {
      types: isListOf('name', 'class', 'title'),
    }),
    'pymdownx.blocks.html': options(''),
    'pymdownx.blocks.tab': options(
      'alternate_style combine_header_slug separator',
    ),
    'pymdownx.caret': options('smart_insert insert superscript'),
    'pymdownx.critic': options('mode raw_view'),
    'pymdownx.details': options(''),
    'pymdownx.emoji': options('title alt remove_variation_selector strict', {
      emoji_index: value => value === THEME_ICONS,
    }),
    'pymdownx.escapeall': options('hardbreak nbsp'),
    'pymdownx.extra': options(''),
    'pymdownx.fancylists': options(
      'additional_ordered_styles inject_style inject_class',
    ),
    'pymdownx.highlight': options(
      'use_pygments guess_lang css_class noclasses linenums linenums_style linenums_special linenums_class language_prefix code_attr_on_pre auto_title line_spans anchor_linenums line_anchors pygments_lang_class default_lang stripnl',
    ),
    'pymdownx.inlinehilite': options('style_plain_text css_class'),
    'pymdownx.keys': options('separator strict class camel_case'),
    'pymdownx.magiclink': options(
      'hide_protocol repo_url_shortener social_url_shortener repo_url_shorthand social_url_shorthand provider normalize_issue_symbols user repo',
    ),
    'pymdownx.mark': options('smart_mark'),
    'pymdownx.progressbar': options(
      'level_class progress_increment add_classes',
    ),
    'pymdownx.quotes': options('callouts'),
    'pymdownx.saneheaders': options(''),
    'pymdownx.smartsymbols': options(
      'trademark copyright registered plusminus arrows notequal fractions ordinal_numbers care_of',
    ),
    // Reads files, but only those of the repository: techdocs-core sees to that, and takes no options.
    'pymdownx.snippets': options(''),
    'pymdownx.striphtml': options(
      'strip_comments strip_attributes strip_js_on_attributes',
    ),
    'pymdownx.superfences': options(
      'disable_indented_code_blocks css_class preserve_tabs relaxed_headers',
      { custom_fences: isListOf('name', 'class') },
    ),
    'pymdownx.tabbed': options('alternate_style combine_header_slug separator'),
    'pymdownx.tasklist': options('custom_checkbox clickable_checkbox'),
    'pymdownx.tilde': options('smart_delete delete subscript'),
  }),
);

/** Those whose options are other extensions with their options. */
const GROUPS = new Set(['extra', 'pymdownx.extra']);

/**
 * Leaves only extensions of Markdown that neither read nor write files, call servers, nor run code.
 *
 * @param value - `markdown_extensions`, a list or a mapping
 * @returns a list, which is what upstream's own checks know
 */
export function allowedExtensions(value: unknown, takeOut: TakeOut): unknown[] {
  return entriesOf(value, name =>
    takeOut(name, 'It is no name of an extension.'),
  ).flatMap(([name, given]): unknown[] => {
    const kept = keep(name, given, takeOut);
    if (!kept) {
      return [];
    }
    return Object.keys(kept).length ? [{ [name]: kept }] : [name];
  });
}

/** `- a`, `- b: {…}`, or `a: {…}`: MkDocs takes all of them, of extensions and of plugins. */
export function entriesOf(
  value: unknown,
  onOther: (text: string) => void,
): Entry[] {
  const items = Array.isArray(value) ? value : [value];
  return items.flatMap((item): Entry[] => {
    if (typeof item === 'string') {
      return [[item, undefined]];
    }
    if (isMapping(item)) {
      return Object.entries(item);
    }
    onOther(JSON.stringify(item));
    return [];
  });
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keep(
  name: string,
  given: unknown,
  takeOut: TakeOut,
): Record<string, unknown> | undefined {
  const short = name.replace(/^markdown\.extensions\./, '');
  const known = OPTIONS.get(short);
  if (!known) {
    takeOut(
      `the extension ${name}`,
      'It is none of those that are known to read nothing but the page itself.',
    );
    return undefined;
  }
  if (!isMapping(given)) {
    return {};
  }
  return Object.fromEntries(
    Object.entries(withoutFunctions(short, given)).flatMap(
      ([option, value]): Entry[] => {
        if (GROUPS.has(short)) {
          const kept = keep(option, value, takeOut);
          return kept ? [[option, kept]] : [];
        }
        if (known.get(option)?.(value)) {
          return [[option, value]];
        }
        takeOut(
          `the option ${option} of ${name}`,
          'Only options that change how text looks can be set, to plain values.',
        );
        return [];
      },
    ),
  );
}
