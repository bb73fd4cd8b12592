import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { InputError } from '@backstage/errors';
import { Access } from './access/Access.ts';
import { Authenticator } from './access/authenticate.ts';
import { DirectoryLookup } from './access/DirectoryLookup.ts';
import type { Identity } from './access/Identity.ts';
import { type PersonalToken, TokenStore } from './access/TokenStore.ts';
import { createRouter } from './createRouter.ts';
import { PushObserver } from './git/PushObserver.ts';
import { installProtection } from './git/protection.ts';
import { runGit } from './git/runGit.ts';
import { createServer } from './http/createServer.ts';
import type { RouteKind } from './http/Router.ts';
import { GrantStore } from './oauth/GrantStore.ts';
import { IdTokens } from './oauth/IdTokens.ts';
import { Sessions } from './oauth/Sessions.ts';
import { errorPage } from './pages/layout.ts';
import { followHeads } from './pulls/createPull.ts';
import { PullStore } from './pulls/PullStore.ts';
import type { Services } from './Services.ts';
import {
  importRepository,
  type ImportOptions,
} from './storage/importRepository.ts';
import { assertOwnerName } from './storage/names.ts';
import { RepositoryStore } from './storage/RepositoryStore.ts';
import type { GitHostLogger, GitHostOptions } from './types.ts';

/**
 * A running git host.
 *
 * @public
 */
export interface GitHost {
  /** Begins to listen. @throws when the port is taken */
  start(): Promise<void>;
  /** Stops listening; transfers get a moment to end, what remains is cut off. */
  stop(): Promise<void>;
  /** Where it listens. @throws before `start` */
  address(): { host: string; port: number };
  /** Publishes a folder as a repository, once. @see ImportOptions */
  importRepository(options: ImportOptions): Promise<{ created: boolean }>;
  /** Makes a personal token; the secret is in the answer only. */
  createToken(
    person: string,
    name: string,
    scopes: string[],
  ): Promise<PersonalToken & { secret: string }>;
}

const SILENT: GitHostLogger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const STOP_GRACE_MS = 5_000;

/**
 * Opens the repositories in a folder and makes a git host for them, which does not listen yet.
 *
 * @throws InputError when an option makes no sense, and when git is missing
 * @public
 */
export async function createGitHost(options: GitHostOptions): Promise<GitHost> {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const logger = options.logger ?? SILENT;
  const limits = {
    maxTransfers: 8,
    maxPushBytes: 256 * 1024 * 1024,
    transferTimeoutMs: 15 * 60_000,
    requestTimeoutMs: 60_000,
    ...options.limits,
  };
  await checkOptions(options);

  const root = join(options.dataDir, 'git');
  const store = await RepositoryStore.open(root);
  const tokens = await TokenStore.open(join(root, '.state', 'tokens.json'));
  const grants = await GrantStore.open(join(root, '.state', 'grants.json'));
  const idTokens = await IdTokens.open(
    join(root, '.state', 'signing-key.pem'),
    baseUrl,
  );
  const directory = DirectoryLookup.create(options.directory);
  const sessions = Sessions.create({ baseUrl });
  const services: Services = {
    baseUrl,
    store,
    directory,
    tokens,
    grants,
    logger,
    access: Access.create(directory),
    pulls: PullStore.create(store),
    pushes: PushObserver.create({ store, logger }),
  };
  services.pushes.subscribe((event, repository) =>
    followHeads(services, repository, event.changes),
  );
  if (options.onPush) services.pushes.subscribe(options.onPush);

  const authenticator = Authenticator.create({
    tokens,
    directory,
    accounts: options.serviceAccounts ?? [],
    accessTokens: token => grants.findByAccessToken(token),
  });
  const server = createServer({
    baseUrl,
    logger,
    requestTimeoutMs: limits.requestTimeoutMs,
    transferTimeoutMs: limits.transferTimeoutMs,
    identify: createIdentify(authenticator, directory, sessions),
    renderError: (exchange, error) =>
      exchange.html(
        error.status,
        errorPage({ exchange, session: sessions.of(exchange), error }),
        { 'cache-control': 'no-store' },
      ),
    router: createRouter({
      services,
      sessions,
      idTokens,
      identityProvider: options.identityProvider,
      oauthClient: options.oauthClient,
      transfers: {
        ...limits,
        hooks:
          options.protectDefaultBranch === false
            ? undefined
            : await installProtection(root),
      },
    }),
  });

  return {
    start: () =>
      listen(
        server,
        options.port ?? Number(new URL(baseUrl).port || 80),
        options.host ?? '127.0.0.1',
      ),
    stop: () => close(server),
    address: () => {
      const address = server.address() as AddressInfo | null;
      if (!address) throw new Error('The git host is not started');
      return { host: address.address, port: address.port };
    },
    importRepository: importOptions => importRepository(store, importOptions),
    createToken: (person, name, scopes) => tokens.create(person, name, scopes),
  };
}

/** Cookies count on pages only, so that no other site can use the API with a person's session. */
function createIdentify(
  authenticator: Authenticator,
  directory: DirectoryLookup,
  sessions: Sessions,
) {
  return async (
    request: IncomingMessage,
    kind: RouteKind,
  ): Promise<Identity> => {
    const header = request.headers.authorization;
    if (kind === 'oauth' && /^basic /i.test(header ?? '')) {
      return { kind: 'anonymous' };
    }
    const session = sessions.fromHeader(request.headers.cookie);
    if (kind === 'page' && !header && session) {
      const person = await directory.person(session.person);
      return person
        ? { kind: 'person', person, via: 'session', scopes: ['all'] }
        : { kind: 'anonymous' };
    }
    return authenticator.authenticate(header);
  };
}

async function checkOptions(options: GitHostOptions): Promise<void> {
  const { organisations, people } = await options.directory();
  for (const { name } of [...organisations, ...people]) {
    assertOwnerName(name);
  }
  const names = [
    ...organisations.map(o => o.name),
    ...people.map(p => p.name),
    ...(options.serviceAccounts ?? []).map(a => a.name),
  ].map(name => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) {
    throw new InputError(
      `'${twice}' is the name of two people, organisations or accounts: rename one`,
    );
  }
  const weak = options.serviceAccounts?.find(a => a.password.length < 20);
  if (weak) {
    throw new InputError(
      `The password of the service account '${weak.name}' must have at least 20 characters`,
    );
  }
  try {
    await runGit(['--version']);
  } catch (error) {
    throw new Error('The git host needs git: install it and start again', {
      cause: error,
    });
  }
}

async function listen(server: Server, port: number, host: string) {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server) {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve, reject) =>
    server.close(error => (error ? reject(error) : resolve())),
  );
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
  await closed;
  clearTimeout(timer);
}
