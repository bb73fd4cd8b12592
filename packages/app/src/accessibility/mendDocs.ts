/** Links within sentences are told from the words around them without colour, and the words of code can all be read. */
const STYLE = `
  .md-typeset code {
    --md-code-hl-string-color: var(--bui-fg-positive);
  }
  .md-content .md-typeset a:not(.headerlink, [class*='button']) {
    text-decoration: underline;
    text-underline-offset: 0.15em;
  }
`;

let style: CSSStyleSheet | undefined;
let sizes: ResizeObserver | undefined;

/**
 * Makes a page of documentation readable without colours and without a mouse.
 *
 * @remarks
 *
 * This would be an addon of the reader if upstream drew addons of apps of the new frontend system.
 *
 * @param root - the tree of its own in which the page is drawn
 */
export function mendDocs(root: ShadowRoot): void {
  if (!style) {
    style = new CSSStyleSheet();
    style.replaceSync(STYLE);
  }
  if (!root.adoptedStyleSheets.includes(style)) {
    root.adoptedStyleSheets.push(style);
  }
  // Sizes are known when the page's own styles have come, and change with the window.
  sizes ??= new ResizeObserver(entries =>
    entries.forEach(({ target }) => reach(target as HTMLElement)),
  );
  for (const wide of root.querySelectorAll(
    '.md-typeset :is(table, pre > code)',
  )) {
    sizes.observe(wide);
  }
}

/** What scrolls sideways is reached with the keyboard, and only that. */
function reach(element: HTMLElement): void {
  if (element.scrollWidth > element.clientWidth) {
    element.tabIndex = 0;
  } else {
    element.removeAttribute('tabindex');
  }
}
