import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { NotAllowedError, NotFoundError } from '@backstage/errors';
import type { Identity } from '../access/Identity.ts';
import type { GitHostLogger } from '../types.ts';
import { describeError } from './errors.ts';
import { Exchange } from './Exchange.ts';
import type { Match, RouteKind, Router } from './Router.ts';

/** What the server needs beside its routes. */
export interface ServerOptions {
  router: Router;
  baseUrl: string;
  logger: GitHostLogger;
  requestTimeoutMs: number;
  transferTimeoutMs: number;
  /** Tells who asks; throws AuthenticationError when credentials are wrong. */
  identify: (request: IncomingMessage, kind: RouteKind) => Promise<Identity>;
  /** Shows an error to a person. */
  renderError: (
    exchange: Exchange,
    error: { status: number; message: string },
  ) => void;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The HTTP server: finds the route, the person and the form of errors; bounds time and connections. */
export function createServer(options: ServerOptions): Server {
  const server = createHttpServer((request, response) => {
    handle(request, response, options).catch(error => {
      options.logger.error(`A request could not be answered: ${error}`);
      response.destroy();
    });
  });
  server.maxConnections = 512;
  server.headersTimeout = 15_000;
  // Includes the body, which may be a large push.
  server.requestTimeout = options.transferTimeoutMs;
  server.keepAliveTimeout = 5_000;
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  // The address as the client wrote it, never what a Host header says.
  const url = new URL(
    `${options.baseUrl}${(request.url ?? '/').replace(/^[^/]*/, '')}`,
  );
  let kind: RouteKind = kindOf(url.pathname);
  let identity: Identity = { kind: 'anonymous' };
  const exchange = () =>
    Exchange.create({
      request,
      response,
      url,
      identity,
      signal: abort.signal,
    });
  let timer: NodeJS.Timeout | undefined;
  setSecurityHeaders(response);
  try {
    assertHost(request, options.baseUrl);
    const match: Match | undefined = options.router.match(
      request.method ?? 'GET',
      url,
    );
    if (!match) {
      throw new NotFoundError('There is nothing at this address');
    }
    kind = match.kind;
    if (kind !== 'git') {
      timer = setTimeout(() => response.destroy(), options.requestTimeoutMs);
    }
    identity = await options.identify(request, kind);
    await match.handler(exchange(), match.params);
  } catch (error) {
    fail(exchange(), kind, error, options);
  } finally {
    clearTimeout(timer);
  }
}

function fail(
  exchange: Exchange,
  kind: RouteKind,
  error: unknown,
  options: ServerOptions,
): void {
  const described = describeError(error);
  const { request, response } = exchange;
  if (described.status >= 500 && !exchange.signal.aborted) {
    options.logger.error(`${error}`, {
      method: request.method ?? '',
      path: exchange.url.pathname,
    });
  }
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (!request.complete) {
    // The rest of the body is not wanted: the connection cannot be used again.
    response.setHeader('connection', 'close');
  }
  if (described.status === 503) {
    response.setHeader('retry-after', '5');
  }
  if (described.status === 401 && kind !== 'page') {
    response.setHeader('www-authenticate', 'Basic realm="Git host"');
  }
  if (kind === 'page') {
    options.renderError(exchange, described);
  } else if (kind === 'git') {
    exchange.send(described.status, `${described.message}\n`, {
      'content-type': 'text/plain; charset=utf-8',
    });
  } else {
    exchange.json(described.status, {
      message: described.message,
      url: `${options.baseUrl}/api/v1/version`,
    });
  }
}

function kindOf(pathname: string): RouteKind {
  return pathname.startsWith('/api/') ? 'api' : 'page';
}

/** Another site's page must not read from here by a name that it points at loopback. */
function assertHost(request: IncomingMessage, baseUrl: string): void {
  const host = request.headers.host ?? '';
  const name = host.replace(/:\d+$/, '');
  if (host !== new URL(baseUrl).host && !LOOPBACK.has(name)) {
    throw new NotAllowedError(`This git host is at ${baseUrl}`);
  }
}

function setSecurityHeaders(response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader(
    'content-security-policy',
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  );
}
