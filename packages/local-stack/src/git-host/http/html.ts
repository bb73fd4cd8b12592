/** Text in which everything that came from outside is escaped. */
export class SafeHtml {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** @internal only for {@link html} */
  static trusted(text: string): SafeHtml {
    return new SafeHtml(text);
  }
}

/** What a template may hold: nothing is printed for false, null and undefined. */
export type HtmlValue =
  SafeHtml | string | number | false | null | undefined | HtmlValue[];

/** A template whose values are escaped unless they are templates themselves. */
export function html(
  strings: TemplateStringsArray,
  ...values: HtmlValue[]
): SafeHtml {
  return SafeHtml.trusted(
    strings.reduce((text, part, i) => text + render(values[i - 1]) + part),
  );
}

function render(value: HtmlValue): string {
  if (value instanceof SafeHtml) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  if (value === false || value === null || value === undefined) return '';
  return String(value).replace(
    /[&<>"']/g,
    character => `&#${character.charCodeAt(0)};`,
  );
}
