import { mendMarkup } from './mendMarkup';

function mended(html: string): string {
  document.body.innerHTML = html;
  mendMarkup(document);
  return document.body.innerHTML;
}

describe('mendMarkup', () => {
  it('leaves a draggable header to the button in it', () => {
    expect(
      mended(
        '<div data-rbd-draggable-id="1" role="button" tabindex="0"><button>Sort</button></div>',
      ),
    ).toBe('<div data-rbd-draggable-id="1"><button>Sort</button></div>');
  });

  it('unties a tab from a panel that is not there, and only then', () => {
    expect(
      mended(
        '<a role="tab" aria-controls="gone"></a><a role="tab" aria-controls="here"></a><div id="here"></div>',
      ),
    ).toBe(
      '<a role="tab"></a><a role="tab" aria-controls="here"></a><div id="here"></div>',
    );
  });

  it('takes away what was read out once nothing is left to name it', () => {
    const said = (id: string) =>
      `<div role="img" aria-labelledby="${id}"></div>`;
    const button = '<button id="busy">Get login</button>';
    expect(
      mended(`<div role="log">${said('gone')}${said('busy x')}</div>${button}`),
    ).toBe(`<div role="log">${said('busy x')}</div>${button}`);
  });

  it('does not call list items what lies in no list', () => {
    expect(mended('<div><li>a</li></div><ul><li>b</li></ul>')).toBe(
      '<div><li role="presentation">a</li></div><ul><li>b</li></ul>',
    );
  });

  it('ties a field to the title above it', () => {
    expect(
      mended(
        '<div><p>Kinds</p><div><input aria-autocomplete="list"></div></div>',
      ),
    ).toContain('<input aria-autocomplete="list" aria-label="Kinds">');
  });

  it('makes one control of a button with a link in it', () => {
    document.body.innerHTML =
      '<button id="viewDetail-x" aria-label="Show"><a href="/x"><svg></svg></a></button>';
    const followed = jest.fn();
    document.querySelector('a')?.addEventListener('click', followed);
    mendMarkup(document);
    mendMarkup(document);
    expect(document.querySelector('a')?.hasAttribute('href')).toBe(false);
    document.querySelector('button')?.click();
    expect(followed).toHaveBeenCalledTimes(1);
  });

  it('leaves an address in the title of an error as text', () => {
    expect(
      mended(
        '<div class="MuiAccordionSummary-root" role="button">At <a href="https://git/x">git/x</a></div><a href="/y">y</a>',
      ),
    ).toContain('At <a>git/x</a></div><a href="/y">');
  });

  it('names a button of the log by its icon, and no other', () => {
    const icon =
      '<path d="M10 18h4v-2h-4v2zM3 6v2h18V6H3zm3 7h12v-2H6v2z"></path>';
    mended(
      `<button><svg>${icon}</svg></button><button><svg><path d="M0 0"></path></svg></button><button>Filters <svg>${icon}</svg></button>`,
    );
    expect(
      [...document.querySelectorAll('button')].map(button =>
        button.getAttribute('aria-label'),
      ),
    ).toEqual(['Show only lines that are found', null, null]);
  });
});
