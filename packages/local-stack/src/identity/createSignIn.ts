import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Provider } from 'oidc-provider';
import type { Account } from '../people.ts';
import { messagePage, signInPage } from './pages.ts';
import { SignInLimiter } from './SignInLimiter.ts';

const LARGEST_FORM = 4096;

/**
 * Makes the handler of the sign-in form. A form is bound to the interaction that it was made for, which is bound to the
 * browser by a signed cookie: a form that somebody else's page sends is refused.
 */
export function createSignIn(options: {
  provider: Provider;
  listAccounts: () => Promise<Account[]>;
  password: string;
  cookieKey: string;
  origin: string;
  send: (response: ServerResponse, status: number, body: string) => void;
}): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { provider, listAccounts, cookieKey, send } = options;
  const limiter = new SignInLimiter();
  const tokenFor = (uid: string) =>
    createHmac('sha256', cookieKey).update(`sign-in/${uid}`).digest('hex');

  return async (request, response) => {
    const interaction = await findInteraction(provider, request, response);
    if (!interaction) {
      send(
        response,
        400,
        messagePage(
          'This sign-in has expired',
          'Go back to the portal and choose "Sign in" again.',
        ),
      );
      return;
    }
    const { uid, params } = interaction;
    const client = await provider.Client.find(String(params.client_id));
    const people = await listAccounts();
    const show = (status: number, chosen?: string, error?: string) =>
      send(
        response,
        status,
        signInPage({
          action: `/sign-in/${uid}`,
          csrfToken: tokenFor(uid),
          application: client?.clientName ?? 'Slipway',
          people,
          chosen,
          error,
        }),
      );

    if (request.method === 'GET' || request.method === 'HEAD') {
      show(200);
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'GET, HEAD, POST' }).end();
      return;
    }
    const form = await readForm(request);
    const { origin } = request.headers;
    if (
      !form ||
      (origin !== undefined && origin !== options.origin) ||
      !sameText(form.get('csrf') ?? '', tokenFor(uid))
    ) {
      show(403, undefined, 'This form was not made for you. Please try again.');
      return;
    }
    const chosen = form.get('account') ?? '';
    const account = people.find(each => each.name === chosen);
    if (!account) {
      show(400, undefined, 'Choose a person.');
      return;
    }
    const wait = limiter.waitSeconds(chosen);
    if (wait) {
      response.setHeader('retry-after', String(wait));
      show(
        429,
        chosen,
        `Too many wrong passwords. Try again in ${Math.ceil(wait / 60)} min.`,
      );
      return;
    }
    if (!sameText(form.get('password') ?? '', options.password)) {
      limiter.failed(chosen);
      show(401, chosen, 'The password is wrong.');
      return;
    }
    limiter.succeeded(chosen);
    await provider.interactionFinished(
      request,
      response,
      { login: { accountId: account.name } },
      { mergeWithLastSubmission: false },
    );
  };
}

async function findInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
) {
  try {
    const interaction = await provider.interactionDetails(request, response);
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    return path === `/sign-in/${interaction.uid}` ? interaction : undefined;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) {
      return undefined;
    }
    throw error;
  }
}

async function readForm(
  request: IncomingMessage,
): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_FORM) {
      return undefined;
    }
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) =>
    createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
