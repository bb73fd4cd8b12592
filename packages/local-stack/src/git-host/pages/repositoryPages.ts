import { NotFoundError } from '@backstage/errors';
import { readable } from '../api/repositories.ts';
import { address } from '../api/present.ts';
import { sendRaw } from '../api/contents.ts';
import type { Exchange } from '../http/Exchange.ts';
import { html } from '../http/html.ts';
import type { Router } from '../http/Router.ts';
import type { Sessions } from '../oauth/Sessions.ts';
import { findRepository, type Services } from '../Services.ts';
import { findBranch, listBranches, resolveCommit } from '../git/refs.ts';
import type { RepositoryRecord } from '../storage/RepositoryRecord.ts';
import { layout } from './layout.ts';
import { renderCommit, renderCommits } from './commitPages.ts';
import { renderSource } from './sourcePage.ts';

/** Pages that show repositories: where the catalog's "view source" links lead. */
export function addRepositoryPages(
  router: Router,
  services: Services,
  sessions: Sessions,
): void {
  const { directory, store } = services;
  const page = (
    exchange: Exchange,
    title: string,
    body: ReturnType<typeof html>,
  ) =>
    exchange.html(
      200,
      layout({ exchange, session: sessions.of(exchange), title, body }),
      { 'cache-control': 'private, no-cache' },
    );
  const read = (exchange: Exchange, params: Record<string, string>) =>
    findRepository(services, exchange, params, 'read');

  router.add('page', 'GET', '/', async exchange => {
    const visible = await readable(services, exchange, store.list());
    page(
      exchange,
      'Repositories',
      html`<h1>Repositories</h1>
        ${repositoryTable(visible)}`,
    );
  });

  router.add('page', 'GET', '/:owner', async (exchange, params) => {
    const owner = await directory.owner(params.owner);
    if (!owner) throw new NotFoundError(`There is no '${params.owner}'`);
    const visible = await readable(services, exchange, store.list(owner.name));
    const title =
      owner.kind === 'person'
        ? owner.person.displayName
        : owner.organisation.title;
    page(
      exchange,
      title,
      html`<h1>${title}</h1>
        ${repositoryTable(visible)}`,
    );
  });

  router.add('page', 'GET', '/:owner/:repo{/}?', async (exchange, params) => {
    if (params.repo.endsWith('.git')) {
      exchange.redirect(address('', params.owner, params.repo.slice(0, -4)));
      return;
    }
    const { repository, gitDir } = await read(exchange, params);
    const sha = await findBranch(gitDir, repository.defaultBranch);
    const title = `${repository.owner}/${repository.name}`;
    const body = sha
      ? await renderSource({
          repository,
          gitDir,
          kind: 'branch',
          ref: repository.defaultBranch,
          sha,
          path: '',
          baseUrl: services.baseUrl,
        })
      : emptyRepository(services.baseUrl, repository);
    page(exchange, title, body);
  });

  for (const view of ['src', 'raw', 'commits'] as const) {
    for (const kind of ['branch', 'tag', 'commit'] as const) {
      router.add(
        'page',
        'GET',
        `/:owner/:repo/${view}/${kind}/:rest+{/}?`,
        async (exchange, params) => {
          const { repository, gitDir } = await read(exchange, params);
          const { ref, path } = await splitRef(gitDir, kind, params.rest);
          const sha = await resolveCommit(gitDir, ref);
          if (view === 'raw') {
            await sendRaw(exchange, gitDir, sha, path);
            return;
          }
          const options = {
            repository,
            gitDir,
            kind,
            ref,
            sha,
            path,
            baseUrl: services.baseUrl,
          };
          page(
            exchange,
            `${path || ref} · ${repository.owner}/${repository.name}`,
            view === 'src'
              ? await renderSource(options)
              : await renderCommits(exchange, options),
          );
        },
      );
    }
  }

  router.add(
    'page',
    'GET',
    '/:owner/:repo/commit/:sha',
    async (exchange, params) => {
      const { repository, gitDir } = await read(exchange, params);
      const sha = await resolveCommit(gitDir, params.sha);
      page(
        exchange,
        `${sha.slice(0, 10)} · ${repository.owner}/${repository.name}`,
        await renderCommit({ repository, gitDir, sha }),
      );
    },
  );

  // Backstage links here to edit a file; this host has no editor and shows the file.
  router.add(
    'page',
    'GET',
    '/:owner/:repo/_edit/:rest+',
    async (exchange, params) => {
      const { repository } = await read(exchange, params);
      exchange.redirect(
        address(
          '',
          repository.owner,
          repository.name,
          'src/branch',
          params.rest,
        ),
      );
    },
  );
}

function repositoryTable(repositories: RepositoryRecord[]) {
  if (repositories.length === 0) {
    return html`<p class="quiet">
      There are no repositories that you can see.
    </p>`;
  }
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Description</th>
        <th scope="col">Updated</th>
      </tr>
    </thead>
    <tbody>
      ${repositories.map(
        r =>
          html`<tr>
            <td>
              <a href="${address('', r.owner, r.name)}">${r.owner}/${r.name}</a>
              ${r.private && html`<span class="badge">Private</span>`}
            </td>
            <td>${r.description}</td>
            <td>
              <time datetime="${r.updatedAt}"
                >${r.updatedAt.slice(0, 16).replace('T', ' ')} UTC</time
              >
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function emptyRepository(baseUrl: string, repository: RepositoryRecord) {
  const clone = `${address(baseUrl, repository.owner, repository.name)}.git`;
  return html`<h1>${repository.owner}/${repository.name}</h1>
    <p>This repository is empty. Push a first commit:</p>
    <pre tabindex="0">
git remote add origin ${clone}
git push --set-upstream origin ${repository.defaultBranch}</pre>`;
}

/** A branch's name may have slashes: the longest branch that fits is meant. */
async function splitRef(
  gitDir: string,
  kind: 'branch' | 'tag' | 'commit',
  rest: string,
): Promise<{ ref: string; path: string }> {
  const slash = rest.indexOf('/');
  const first = slash < 0 ? rest : rest.slice(0, slash);
  let ref = first;
  if (kind === 'branch') {
    ref = (await listBranches(gitDir))
      .map(branch => branch.name)
      .filter(name => rest === name || rest.startsWith(`${name}/`))
      .reduce((a, b) => (b.length > a.length ? b : a), first);
  }
  return { ref, path: rest.slice(ref.length + 1) };
}
