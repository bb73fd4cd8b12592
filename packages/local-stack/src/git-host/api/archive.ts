import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { NotFoundError } from '@backstage/errors';
import { gitEnvironment } from '../git/environment.ts';
import { killGroup } from '../git/killGroup.ts';
import { resolveCommit } from '../git/refs.ts';
import type { Exchange } from '../http/Exchange.ts';
import type { Router } from '../http/Router.ts';
import { Semaphore } from '../http/Semaphore.ts';
import { findRepository, type Services } from '../Services.ts';

/** Whole trees as one file: `main.tar.gz`, `v1.2.zip`. */
export function addArchiveRoutes(router: Router, services: Services): void {
  const slots = Semaphore.create({ size: 4, maxWaiting: 64 });

  const archive = async (
    exchange: Exchange,
    params: Record<string, string>,
  ) => {
    const [, ref, format] = /^(.+)\.(tar\.gz|zip)$/.exec(params.file) ?? [];
    const { repository, gitDir } = await findRepository(
      services,
      exchange,
      params,
      'read',
    );
    if (!ref) {
      throw new NotFoundError('An archive ends in .tar.gz or .zip');
    }
    const commit = await resolveCommit(gitDir, ref);
    const etag = `"${commit}.${format}"`;
    if (exchange.notModified(etag)) return;
    await slots.run(async () => {
      exchange.response.writeHead(200, {
        etag,
        'content-type':
          format === 'zip' ? 'application/zip' : 'application/gzip',
        'content-disposition': `attachment; filename="${
          repository.name
        }-${commit.slice(0, 10)}.${format}"`,
        'cache-control': 'private, no-cache',
        'x-gitea-commit': commit,
      });
      await sendArchive(exchange, gitDir, {
        commit,
        format: format === 'zip' ? 'zip' : 'tar.gz',
        prefix: `${repository.name.toLowerCase()}/`,
      });
    });
  };
  router
    .add('api', 'GET', '/api/v1/repos/:owner/:repo/archive/:file+', archive)
    .add('page', 'GET', '/:owner/:repo/archive/:file+', archive);
}

async function sendArchive(
  exchange: Exchange,
  gitDir: string,
  options: { commit: string; format: 'zip' | 'tar.gz'; prefix: string },
): Promise<void> {
  const child = spawn(
    'git',
    [
      'archive',
      `--format=${options.format === 'zip' ? 'zip' : 'tar'}`,
      `--prefix=${options.prefix}`,
      options.commit,
    ],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...gitEnvironment(), GIT_DIR: gitDir },
    },
  );
  const stop = () => killGroup(child);
  exchange.signal.addEventListener('abort', stop, { once: true });
  const exitCode = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // An archive that was cut short must not look complete: the last chunk is sent only when git was content.
  const complete = async function* complete(source: AsyncIterable<Buffer>) {
    yield* source;
    if ((await exitCode) !== 0) {
      throw new Error('git archive failed');
    }
  };
  try {
    if (options.format === 'zip') {
      await pipeline(child.stdout, complete, exchange.response);
    } else {
      await pipeline(child.stdout, complete, createGzip(), exchange.response);
    }
  } finally {
    exchange.signal.removeEventListener('abort', stop);
    stop();
  }
}
