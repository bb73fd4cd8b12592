import type { Exchange } from '../http/Exchange.ts';
import { html, type HtmlValue, type SafeHtml } from '../http/html.ts';
import type { Session } from '../oauth/Sessions.ts';

/** The frame of each page: where one is, who one is. */
export function layout(options: {
  exchange: Exchange;
  session: Session | undefined;
  title: string;
  body: HtmlValue;
}): SafeHtml {
  const { exchange, session, title } = options;
  const here = encodeURIComponent(exchange.url.pathname);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Git host</title>
        <link rel="stylesheet" href="/assets/style.css" />
      </head>
      <body>
        <header>
          <a href="/"><strong>Git host</strong></a>
          <nav aria-label="Account">
            ${
              session
                ? html`<span>Signed in as ${session.person}</span>
                    <a href="/user/settings/applications">Personal tokens</a>
                    <form method="post" action="/user/logout">
                      <input
                        type="hidden"
                        name="csrf"
                        value="${session.csrf}"
                      /><button>Sign out</button>
                    </form>`
                : html`<a href="/user/login?redirect_to=${here}">Sign in</a>`
            }
          </nav>
        </header>
        <main>${options.body}</main>
      </body>
    </html> `;
}

/** A page that says what went wrong and what to do. */
export function errorPage(options: {
  exchange: Exchange;
  session: Session | undefined;
  error: { status: number; message: string };
}): SafeHtml {
  const { error, exchange, session } = options;
  const titles: Record<number, string> = {
    401: 'Sign in first',
    403: 'Not allowed',
    404: 'Not found',
  };
  const title = titles[error.status] ?? 'This did not work';
  const here = encodeURIComponent(exchange.url.pathname);
  const signIn = !session && [401, 404].includes(error.status);
  return layout({
    exchange,
    session,
    title,
    body: html`<h1>${title}</h1>
      <p>${error.message}.</p>
      ${
        signIn &&
        html`<p>
          It may be private:
          <a href="/user/login?redirect_to=${here}">sign in</a> to see what is
          shared with you.
        </p>`
      }
      <p><a href="/">All repositories</a></p>`,
  });
}
