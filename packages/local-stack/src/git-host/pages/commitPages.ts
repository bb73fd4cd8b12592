import { address } from '../api/present.ts';
import { countCommits, listCommits, readCommit } from '../git/commits.ts';
import { GitError, runGit } from '../git/runGit.ts';
import type { Exchange } from '../http/Exchange.ts';
import { html, type SafeHtml } from '../http/html.ts';
import { readPage } from '../http/paging.ts';
import { normalizePath } from '../storage/names.ts';
import type { RepositoryRecord } from '../storage/RepositoryRecord.ts';
import { breadcrumbs, type Place } from './sourcePage.ts';

const MAX_DIFF_BYTES = 1024 * 1024;

/** The history of a place, a page at a time. */
export async function renderCommits(
  exchange: Exchange,
  place: Place,
): Promise<SafeHtml> {
  const { gitDir, repository, sha } = place;
  const path = normalizePath(place.path);
  const page = readPage(exchange);
  const commits = await listCommits(gitDir, sha, { ...page, path });
  const total = await countCommits(gitDir, sha, path);
  const pageLink = (number: number, label: string) =>
    html`<a href="${exchange.url.pathname}?page=${number}">${label}</a>`;
  return html`${breadcrumbs(place)}
    <h2>${total} ${total === 1 ? 'commit' : 'commits'} on ${place.ref}</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Commit</th>
          <th scope="col">Message</th>
          <th scope="col">Author</th>
          <th scope="col">Date</th>
        </tr>
      </thead>
      <tbody>
        ${commits.map(
          c =>
            html`<tr>
              <td>
                <a
                  class="mono"
                  href="${address('', repository.owner, repository.name, 'commit', c.sha)}"
                  >${c.sha.slice(0, 10)}</a
                >
              </td>
              <td>${c.message.split('\n')[0]}</td>
              <td>${c.author.name}</td>
              <td>
                <time datetime="${c.author.date}"
                  >${c.author.date.slice(0, 16).replace('T', ' ')}</time
                >
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p>
      ${page.page > 1 && pageLink(page.page - 1, 'Newer')}
      ${page.page * page.limit < total && pageLink(page.page + 1, 'Older')}
    </p>`;
}

/** One commit and what it changed. */
export async function renderCommit(options: {
  repository: RepositoryRecord;
  gitDir: string;
  sha: string;
}): Promise<SafeHtml> {
  const { gitDir, repository, sha } = options;
  const { owner, name } = repository;
  const commit = await readCommit(gitDir, sha);
  return html`<h1>
      <a href="${address('', owner)}">${owner}</a> /
      <a href="${address('', owner, name)}">${name}</a>
    </h1>
    <p>
      Commit <code>${sha}</code> by ${commit.author.name} on
      <time datetime="${commit.author.date}">${commit.author.date}</time>
    </p>
    <pre tabindex="0">${commit.message}</pre>
    <p>
      <a href="${address('', owner, name, 'src/commit', sha)}"
        >Files at this commit</a
      >
    </p>
    <h2>Changes</h2>
    <pre tabindex="0"><code>${await readDiff(gitDir, sha)}</code></pre>`;
}

async function readDiff(gitDir: string, sha: string): Promise<string> {
  try {
    const diff = await runGit(
      [
        'show',
        '--format=',
        '--stat',
        '--patch',
        '--first-parent',
        '--no-ext-diff',
        '--no-textconv',
        sha,
      ],
      { gitDir, maxBytes: MAX_DIFF_BYTES },
    );
    return diff.toString();
  } catch (error) {
    if (error instanceof GitError && error.stdout.length > 0) {
      return 'The change is too large to be shown here.';
    }
    throw error;
  }
}
