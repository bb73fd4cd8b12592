/**
 * Mends markup of upstream's parts with which assistive technology cannot work.
 *
 * @remarks
 *
 * Each mend names what is wrong. Remove it when upstream has mended it; the accessibility checks
 * of the browser test tell.
 */
export function mendMarkup(root: ParentNode): void {
  // Headers and rows of the table in core-components can be dragged, by an element that says it is
  // a button, has no name and lies in, or around, real buttons. Nothing is lost: dragging columns
  // has no effect that lasts.
  for (const handle of root.querySelectorAll(
    '[data-rbd-draggable-id][role="button"]',
  )) {
    handle.removeAttribute('role');
    handle.removeAttribute('tabindex');
    handle.removeAttribute('aria-describedby');
  }
  // The tabs of a page header are links to other addresses, and name a panel that does not exist.
  for (const tab of root.querySelectorAll('[role="tab"][aria-controls]')) {
    const panel = tab.getAttribute('aria-controls');
    if (panel && !document.getElementById(panel)) {
      tab.removeAttribute('aria-controls');
    }
  }
  // Search results are list items without a list.
  for (const item of root.querySelectorAll('div > li:not([role])')) {
    item.setAttribute('role', 'presentation');
  }
  // The icon on a template's card is a link in a button, and has no name.
  for (const link of root.querySelectorAll(
    'button[id^="viewDetail-"] a:not([aria-label])',
  )) {
    link.setAttribute('aria-label', 'Show template entity details');
    link.closest('button')?.setAttribute('role', 'presentation');
    link.closest('button')?.removeAttribute('tabindex');
  }
  // Some fields stand below their title without being tied to it.
  for (const input of root.querySelectorAll(
    'input[aria-autocomplete]:not([aria-label]):not([aria-labelledby])',
  )) {
    const title = titleAround(input);
    if (title && !input.closest('label')) {
      input.setAttribute('aria-label', title);
    }
  }
}

/** The nearest text around a field, as long as it is short enough to be a title. */
function titleAround(field: Element): string | undefined {
  let around = field.parentElement;
  while (around && !around.textContent?.trim()) {
    around = around.parentElement;
  }
  const text = around?.textContent?.trim();
  return text && text.length < 60 ? text : undefined;
}
