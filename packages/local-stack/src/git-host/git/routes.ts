import {
  AuthenticationError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import { nameOf, authorOf } from '../access/Identity.ts';
import type { Exchange } from '../http/Exchange.ts';
import type { Router } from '../http/Router.ts';
import { Semaphore } from '../http/Semaphore.ts';
import { findRepository, type Services } from '../Services.ts';
import { serveTransfer } from './httpBackend.ts';

/** Bounds and settings of clones, fetches and pushes. */
export interface TransferSettings {
  maxTransfers: number;
  maxPushBytes: number;
  transferTimeoutMs: number;
  /** Folder with the hook that protects default branches; undefined protects nothing. */
  hooks?: string;
}

type Service = 'git-upload-pack' | 'git-receive-pack';

/** Git's smart HTTP protocol; the older "dumb" one is not served. */
export function addGitRoutes(
  router: Router,
  services: Services,
  settings: TransferSettings,
): void {
  const slots = Semaphore.create({
    size: settings.maxTransfers,
    maxWaiting: 64,
  });

  const serve = async (
    exchange: Exchange,
    params: Record<string, string>,
    service: Service,
    operation: string,
  ) => {
    const { repository } = await find(services, exchange, params, service);
    const author = authorOf(exchange.identity);
    const transfer = () =>
      slots.run(() =>
        serveTransfer({
          exchange,
          root: services.store.root,
          path: `/${repository.owner}/${repository.name}.git/${operation}`.toLowerCase(),
          service,
          user: nameOf(exchange.identity),
          timeoutMs: settings.transferTimeoutMs,
          config: {
            'http.uploadpack': 'true',
            'http.receivepack': 'true',
            'http.getanyfile': 'false',
            'receive.maxInputSize': String(settings.maxPushBytes),
            'receive.fsckObjects': 'true',
            // The host's own refs of pull requests are not to be pushed.
            'receive.hideRefs': 'refs/pull',
            'uploadpack.allowFilter': 'true',
            'uploadpack.allowReachableSHA1InWant': 'true',
            'core.hooksPath': settings.hooks ?? '/dev/null',
          },
          env: {
            GIT_HOST_PROTECTED_BRANCH: repository.defaultBranch,
            GIT_COMMITTER_NAME: author.name,
            GIT_COMMITTER_EMAIL: author.email,
          },
        }),
      );
    if (operation === 'git-receive-pack') {
      await services.pushes.around(repository, exchange.identity, transfer);
    } else {
      await transfer();
    }
    // Whoever is told that a push succeeded finds everything in its new state.
    exchange.response.end();
  };

  router.add(
    'git',
    'GET',
    '/:owner/:repo/info/refs',
    async (exchange, params) => {
      const service = exchange.query('service');
      if (service !== 'git-upload-pack' && service !== 'git-receive-pack') {
        throw new NotAllowedError(
          'Only the smart HTTP protocol is served: use git 1.6.6 or newer',
        );
      }
      await serve(exchange, params, service, 'info/refs');
    },
  );
  for (const service of ['git-upload-pack', 'git-receive-pack'] as const) {
    router.add('git', 'POST', `/:owner/:repo/${service}`, (exchange, params) =>
      serve(exchange, params, service, service),
    );
  }
}

/** Asks for credentials where nothing is to be seen without, so that git sends those it has. */
async function find(
  services: Services,
  exchange: Exchange,
  params: Record<string, string>,
  service: Service,
) {
  try {
    return await findRepository(
      services,
      exchange,
      { ...params, repo: params.repo.replace(/\.git$/, '') },
      service === 'git-receive-pack' ? 'write' : 'read',
    );
  } catch (error) {
    if (
      error instanceof NotFoundError &&
      exchange.identity.kind === 'anonymous'
    ) {
      throw new AuthenticationError('Sign in to reach this repository');
    }
    throw error;
  }
}
