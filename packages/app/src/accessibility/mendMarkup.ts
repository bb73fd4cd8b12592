/** Material's icons, by their drawing. */
const LOG_BUTTONS = [
  [
    'M10 18h4v-2h-4v2zM3 6v2h18V6H3zm3 7h12v-2H6v2z',
    'Show only lines that are found',
  ],
  [
    'M15.41 7.41L14 6l-6 6 6 6 1.41-1.41L10.83 12z',
    'Previous line that is found',
  ],
  ['M10 6L8.59 7.41 13.17 12l-4.58 4.59L10 18l6-6z', 'Next line that is found'],
] as const;

/** Buttons that lead where their link leads already. */
const led = new WeakSet<Element>();

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
  // A link in a button is two controls in one: the icon on a template's card, the path of an operation of an API, an address
  // in the title of an error, which opens the details. The button stays, and goes where the link of an icon goes.
  for (const link of root.querySelectorAll<HTMLElement>(
    'button[id^="viewDetail-"] a[href], .opblock-summary-control a[href], .MuiAccordionSummary-root[role="button"] a[href]',
  )) {
    link.removeAttribute('href');
    const button = link.closest('button');
    if (button?.id.startsWith('viewDetail-') && !led.has(button)) {
      led.add(button);
      button.addEventListener('click', event => {
        if (event.target !== link && !link.contains(event.target as Node)) {
          link.click();
        }
      });
    }
  }
  // Line numbers of a log say that they are rows of a table that is none.
  for (const line of root.querySelectorAll('a[role="row"][href*="#line-"]')) {
    line.removeAttribute('role');
  }
  // Buttons of a log that have an icon alone, and nothing else to be known by. Other parts use the same drawings beside a text,
  // which is the button's name then.
  for (const [icon, label] of LOG_BUTTONS) {
    for (const path of root.querySelectorAll(
      `button:not([aria-label]) path[d="${icon}"]`,
    )) {
      const button = path.closest('button');
      if (button && !button.textContent?.trim()) {
        button.setAttribute('aria-label', label);
      }
    }
  }
  // The servers of an API.
  root
    .querySelector('.swagger-ui #servers:not([aria-label])')
    ?.setAttribute('aria-label', 'Server');
  // What react-aria has read out by pointing at a busy button stays for some seconds, also when the button is gone.
  for (const said of root.querySelectorAll(
    '[role="log"] > [role="img"][aria-labelledby]',
  )) {
    const names = said.getAttribute('aria-labelledby')?.split(' ') ?? [];
    if (!names.some(id => document.getElementById(id))) {
      said.remove();
    }
  }
  // What scrolls sideways has to be reachable without a mouse.
  for (const code of root.querySelectorAll<HTMLElement>(
    'pre code:not([tabindex])',
  )) {
    if (code.scrollWidth > code.clientWidth) {
      code.tabIndex = 0;
    }
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
