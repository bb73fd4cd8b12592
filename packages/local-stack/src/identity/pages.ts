import { createHash } from 'node:crypto';
import type { Account } from '../people.ts';

const style = `
:root { color-scheme: light dark; --ground: #f4f6f8; --card: #fff; --text: #16202b; --quiet: #52606d; --line: #b9c3cd; --accent: #0b5cad; --on-accent: #fff; --danger: #a8071a; --danger-ground: #fdecee; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #10161d; --card: #19212b; --text: #e8edf2; --quiet: #a3b1bf; --line: #465564; --accent: #6cb2f7; --on-accent: #0b1722; --danger: #ff9aa5; --danger-ground: #3a1a1f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .25rem; font-size: 1.35rem; line-height: 1.3; }
p { margin: 0 0 1.25rem; color: var(--quiet); }
fieldset { margin: 0 0 1.25rem; padding: 0; border: 0; }
legend, .label { display: block; margin-bottom: .35rem; padding: 0; font-weight: 600; }
.people { max-height: 17rem; overflow-y: auto; border: 1px solid var(--line); border-radius: .5rem; }
.person { display: grid; grid-template-columns: auto 1fr; gap: 0 .75rem; align-items: center; padding: .5rem .75rem; cursor: pointer; }
.person + .person { border-top: 1px solid var(--line); }
.person:has(:checked) { background: color-mix(in srgb, var(--accent) 12%, transparent); }
.person:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
.person input { grid-row: span 2; margin: 0; width: 1.1rem; height: 1.1rem; accent-color: var(--accent); }
.person small { color: var(--quiet); }
input[type=password] { width: 100%; padding: .6rem .75rem; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: .5rem; }
button { width: 100%; margin-top: 1.25rem; padding: .7rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: .5rem; cursor: pointer; }
button.quiet { margin-top: .5rem; color: var(--text); background: none; border: 1px solid var(--line); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.hint { display: block; margin-top: .35rem; color: var(--quiet); font-size: .875rem; }
.error { margin: 0 0 1.25rem; padding: .7rem .9rem; color: var(--danger); background: var(--danger-ground); border-radius: .5rem; }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/**
 * The content security policy of our pages: nothing is loaded, and no script runs.
 *
 * @param formTargets - origins to which an answered form may lead on
 */
export function contentSecurityPolicy(formTargets: string[]): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** The page on which a person says who they are. */
export function signInPage(options: {
  action: string;
  csrfToken: string;
  application: string;
  people: Account[];
  chosen?: string;
  error?: string;
}): string {
  const { action, csrfToken, application, people, chosen, error } = options;
  const choices = people.map(
    ({ name, displayName, description }) =>
      html`<label class="person">
        <input
          type="radio"
          name="account"
          value="${name}"
          required${name === chosen ? raw(' checked') : ''}
        />
        <span>${displayName}</span><small>${description}</small>
      </label>`,
  );
  return page(
    'Sign in',
    html`<h1>Sign in to ${application}</h1>
      <p>
        This is the identity provider of the local stack. Choose who you want to
        be.
      </p>
      ${error ? html`<p class="error" role="alert">${error}</p>` : ''}
      <form method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrfToken}" />
        <fieldset>
          <legend>Person</legend>
          <div class="people">${choices}</div>
        </fieldset>
        <label class="label" for="password">Password</label>
        <input
          type="password"
          id="password"
          name="password"
          required
          autocomplete="current-password"
          aria-describedby="hint"
        />
        <span class="hint" id="hint"
          >The same for everyone. It was printed when the portal started.</span
        >
        <button type="submit">Sign in</button>
      </form>`,
  );
}

/** The page that asks whether to sign out. `form` is the provider's own form, with the id `op.logoutForm`. */
export function signOutPage(form: string): string {
  return page(
    'Sign out',
    html`<h1>Sign out</h1>
      <p>You are signed in at the local identity provider.</p>
      ${raw(form)}
      <button type="submit" form="op.logoutForm" name="logout" value="yes">
        Sign out
      </button>
      <button class="quiet" type="submit" form="op.logoutForm">
        Stay signed in
      </button>`,
  );
}

/** A page that says one thing. */
export function messagePage(title: string, text: string): string {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>`,
  );
}

function page(title: string, body: Html): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Slipway</title>
<style>${style}</style>
</head>
<body><main>${body.text}</main></body>
</html>
`;
}

interface Html {
  text: string;
}

function raw(text: string): Html {
  return { text };
}

function html(
  strings: TemplateStringsArray,
  ...values: (string | Html | Html[])[]
): Html {
  const render = (value: string | Html | Html[]): string => {
    if (typeof value === 'string') {
      return escape(value);
    }
    return Array.isArray(value) ? value.map(render).join('') : value.text;
  };
  return raw(
    strings.reduce(
      (text, part, index) => `${text}${render(values[index - 1])}${part}`,
    ),
  );
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
