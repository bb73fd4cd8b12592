import { address } from '../api/present.ts';
import {
  listFolder,
  readBlob,
  readEntry,
  type TreeEntry,
} from '../git/tree.ts';
import { html, type SafeHtml } from '../http/html.ts';
import type { RepositoryRecord } from '../storage/RepositoryRecord.ts';

/** A place in a repository at a commit, as an address names it. */
export interface Place {
  baseUrl: string;
  repository: RepositoryRecord;
  gitDir: string;
  kind: 'branch' | 'tag' | 'commit';
  ref: string;
  sha: string;
  path: string;
}

const MAX_SHOWN_BYTES = 512 * 1024;

/** A folder with its README, or a file. */
export async function renderSource(place: Place): Promise<SafeHtml> {
  const entry = await readEntry(place.gitDir, place.sha, place.path);
  const head = html`${breadcrumbs(place)}${tabs(place)}`;
  if (entry.type !== 'dir') {
    return html`${head}${await renderFile(place, entry)}`;
  }
  const entries = await listFolder(place.gitDir, entry);
  const readme = entries.find(
    e => e.type === 'file' && /^readme(\.md|\.txt)?$/i.test(e.name),
  );
  return html`${head}
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Size</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map(
          e =>
            html`<tr>
              <td>
                <a href="${link(place, 'src', e.path)}"
                  >${e.name}${e.type === 'dir' && '/'}</a
                >
              </td>
              <td>${sizeOf(e)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      readme &&
      html`<h2>${readme.name}</h2>
        ${await renderFile(place, readme)}`
    }
    ${
      place.path === '' &&
      html`<h2>Clone</h2>
        <pre tabindex="0">
git clone ${address(place.baseUrl, place.repository.owner, place.repository.name)}.git</pre>
        <p class="quiet">
          When git asks, your name and a
          <a href="/user/settings/applications">personal token</a> let you in.
        </p>`
    }`;
}

/** The address of a view of another path at the same commit. */
export function link(place: Place, view: string, path: string): string {
  const { owner, name } = place.repository;
  const base = address('', owner, name, view, place.kind, place.ref);
  return path ? address(base, path) : base;
}

/** Where one is; each part leads up. */
export function breadcrumbs(place: Place): SafeHtml {
  const { owner, name } = place.repository;
  const parts = place.path.split('/').filter(Boolean);
  return html`<h1>
      <a href="${address('', owner)}">${owner}</a> /
      <a href="${address('', owner, name)}">${name}</a>${parts.map(
        (part, index) =>
          html` /
            <a href="${link(place, 'src', parts.slice(0, index + 1).join('/'))}"
              >${part}</a
            >`,
      )}
    </h1>
    <p class="quiet">${place.repository.description}</p>`;
}

function sizeOf(entry: TreeEntry): string {
  if (entry.type === 'file') return `${entry.size} B`;
  return entry.type === 'dir' ? '' : entry.type;
}

function tabs(place: Place): SafeHtml {
  return html`<ul class="tabs">
    <li>${place.kind} <span class="mono">${place.ref}</span></li>
    <li>
      commit
      <a
        class="mono"
        href="${address('', place.repository.owner, place.repository.name, 'commit', place.sha)}"
        >${place.sha.slice(0, 10)}</a
      >
    </li>
    <li><a href="${link(place, 'commits', place.path)}">History</a></li>
  </ul>`;
}

async function renderFile(place: Place, entry: TreeEntry): Promise<SafeHtml> {
  const raw = html`<p>
    <a href="${link(place, 'raw', entry.path)}">Raw file</a>, ${entry.size} B
  </p>`;
  if (entry.type === 'submodule') {
    return html`<p>A submodule at <code>${entry.sha}</code>.</p>`;
  }
  if (entry.size > MAX_SHOWN_BYTES) {
    return html`${raw}
      <p>The file is too large to be shown here.</p>`;
  }
  const content = await readBlob(place.gitDir, entry.sha);
  if (content.includes(0)) {
    return html`${raw}
      <p>The file is not text.</p>`;
  }
  return html`${raw}
    <pre tabindex="0"><code>${content.toString()}</code></pre>`;
}
