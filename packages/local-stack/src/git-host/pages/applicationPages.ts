import { AuthenticationError, NotAllowedError } from '@backstage/errors';
import { SCOPES } from '../access/scopes.ts';
import type { Exchange } from '../http/Exchange.ts';
import { html, type SafeHtml } from '../http/html.ts';
import type { Router } from '../http/Router.ts';
import type { Session, Sessions } from '../oauth/Sessions.ts';
import type { Services } from '../Services.ts';
import { layout } from './layout.ts';

const PATH = '/user/settings/applications';

/** Where a person makes and deletes personal tokens and sees which applications act for them. */
export function addApplicationPages(
  router: Router,
  services: Services,
  sessions: Sessions,
): void {
  const { grants, logger, tokens } = services;

  const show = (exchange: Exchange, session: Session, notice?: SafeHtml) =>
    exchange.html(
      200,
      layout({
        exchange,
        session,
        title: 'Personal tokens',
        body: html`<h1>Personal tokens</h1>
          <p>
            A token takes the place of a password when git or a script works for
            you. Give each its own.
          </p>
          ${notice} ${tokenTable(tokens.list(session.person), session)}
          <h2>New token</h2>
          ${tokenForm(session)}
          <h2>Applications that act for you</h2>
          ${grantTable(grants.list(session.person), session)}`,
      }),
      { 'cache-control': 'no-store' },
    );

  router
    .add('page', 'GET', PATH, exchange => {
      const session = sessions.of(exchange);
      if (!session) {
        exchange.redirect(
          `/user/login?redirect_to=${encodeURIComponent(PATH)}`,
        );
        return;
      }
      show(exchange, session);
    })
    .add('page', 'POST', PATH, async exchange => {
      const { session, form } = await readOwnForm(exchange, sessions);
      const token = await tokens.create(
        session.person,
        form.get('name') ?? '',
        form.getAll('scope'),
      );
      logger.info('Created a personal token', {
        actor: session.person,
        token: token.name,
      });
      show(
        exchange,
        session,
        html`<div class="notice" role="status">
          <p>This is your new token. Copy it now: it is not shown again.</p>
          <pre tabindex="0">${token.secret}</pre>
        </div>`,
      );
    })
    .add('page', 'POST', `${PATH}/delete`, async exchange => {
      const { session, form } = await readOwnForm(exchange, sessions);
      await tokens.delete(session.person, form.get('id') ?? '');
      logger.info('Deleted a personal token', { actor: session.person });
      exchange.redirect(PATH);
    })
    .add('page', 'POST', `${PATH}/revoke`, async exchange => {
      const { session, form } = await readOwnForm(exchange, sessions);
      await grants.revoke(form.get('id') ?? '', session.person);
      logger.info('Revoked an application', { actor: session.person });
      exchange.redirect(PATH);
    })
    .add('page', 'POST', '/user/logout', async exchange => {
      await readOwnForm(exchange, sessions);
      exchange.redirect('/', { 'set-cookie': sessions.end(exchange) });
    });
}

/** @throws when there is no session, or the form was not one of its pages' */
async function readOwnForm(exchange: Exchange, sessions: Sessions) {
  const session = sessions.of(exchange);
  if (!session) {
    throw new AuthenticationError('Your session has ended: sign in again');
  }
  const form = await exchange.readForm();
  if (!sessions.checkCsrf(session, form)) {
    throw new NotAllowedError(
      'This form is not from a page of yours: load the page again',
    );
  }
  return { session, form };
}

function csrfField(session: Session): SafeHtml {
  return html`<input type="hidden" name="csrf" value="${session.csrf}" />`;
}

function tokenTable(
  tokens: Array<{
    id: number;
    name: string;
    scopes: string[];
    lastEight: string;
    createdAt: string;
  }>,
  session: Session,
): SafeHtml {
  if (tokens.length === 0) {
    return html`<p class="quiet">You have no tokens yet.</p>`;
  }
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">May</th>
        <th scope="col">Ends in</th>
        <th scope="col">Created</th>
        <th scope="col">Actions</th>
      </tr>
    </thead>
    <tbody>
      ${tokens.map(
        token =>
          html`<tr>
            <td>${token.name}</td>
            <td>${token.scopes.join(', ')}</td>
            <td class="mono">${token.lastEight}</td>
            <td>${token.createdAt.slice(0, 10)}</td>
            <td>
              <form method="post" action="${PATH}/delete">
                ${csrfField(session)}<input
                  type="hidden"
                  name="id"
                  value="${token.id}"
                /><button aria-label="Delete token ${token.name}">
                  Delete
                </button>
              </form>
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function tokenForm(session: Session): SafeHtml {
  return html`<form class="stack" method="post" action="${PATH}">
    ${csrfField(session)}
    <label
      >Name
      <input
        type="text"
        name="name"
        required
        maxlength="100"
        autocomplete="off"
    /></label>
    <fieldset>
      <legend>It may</legend>
      ${SCOPES.map(
        scope =>
          html`<label
            ><input
              type="checkbox"
              name="scope"
              value="${scope}"
              ${scope === 'write:repository' && html` checked`}
            />
            <code>${scope}</code></label
          >`,
      )}
    </fieldset>
    <button class="primary">Create token</button>
  </form>`;
}

function grantTable(
  grants: Array<{ id: string; client: string; createdAt: number }>,
  session: Session,
): SafeHtml {
  if (grants.length === 0) {
    return html`<p class="quiet">No application acts for you.</p>`;
  }
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Application</th>
        <th scope="col">Since</th>
        <th scope="col">Actions</th>
      </tr>
    </thead>
    <tbody>
      ${grants.map(
        grant =>
          html`<tr>
            <td>${grant.client}</td>
            <td>${new Date(grant.createdAt).toISOString().slice(0, 10)}</td>
            <td>
              <form method="post" action="${PATH}/revoke">
                ${csrfField(session)}<input
                  type="hidden"
                  name="id"
                  value="${grant.id}"
                /><button aria-label="Revoke ${grant.client}">Revoke</button>
              </form>
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
