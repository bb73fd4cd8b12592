import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type {
  LoggerService,
  UrlReaderService,
} from '@backstage/backend-plugin-api';
import type * as BackstageConfig from '@backstage/config';
import { git, READER, TestHost } from './testing/startTestHost.ts';

// As the portal loads them: the packages' ESM builds are for bundlers.
const require = createRequire(import.meta.url);
const { ConfigReader }: typeof BackstageConfig = require('@backstage/config');
const { ScmIntegrations } = require('@backstage/integration');
const { UrlReaders } = require('@backstage/backend-defaults/urlReader');
const {
  createPublishGiteaAction,
} = require('@backstage/plugin-scaffolder-backend-module-gitea');

const logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
  child: () => logger,
} as LoggerService;

let host: TestHost;
before(async () => {
  host = await TestHost.start();
});
after(() => host.stop());

function configFor(username: string, password: string) {
  const { host: name } = new URL(host.baseUrl);
  return new ConfigReader({
    backend: { reading: { allow: [{ host: name }] } },
    scaffolder: {
      defaultAuthor: { name: 'Portal', email: 'portal@lighthouse.example' },
    },
    integrations: {
      gitea: [{ host: name, baseUrl: host.baseUrl, username, password }],
    },
  });
}

/** What the scaffolder does with the action. */
async function publish(person: string, repository: string) {
  const config = configFor(person, await host.token(person));
  const action = createPublishGiteaAction({
    config,
    integrations: ScmIntegrations.fromConfig(config),
  });
  const workspacePath = await host.workFolder();
  await mkdir(join(workspacePath, 'docs'));
  await writeFile(
    join(workspacePath, 'catalog-info.yaml'),
    'kind: Component\n',
  );
  await writeFile(join(workspacePath, 'docs', 'index.md'), '# Docs\n');
  const outputs: Record<string, string> = {};
  await action.handler({
    input: {
      repoUrl: `${new URL(host.baseUrl).host}?owner=lighthouse&repo=${repository}`,
      description: 'Made by upstream',
      gitAuthorName: 'Sam Okafor',
      gitAuthorEmail: 'sam.okafor@lighthouse.example',
    },
    workspacePath,
    logger,
    output: (name: string, value: string) => {
      outputs[name] = value;
    },
  });
  return outputs;
}

test("upstream's publish:gitea creates, pushes and finds the repository", async () => {
  const outputs = await publish('sam.okafor', 'published');
  assert.equal(outputs.remoteUrl, `${host.baseUrl}/lighthouse/published.git`);
  assert.equal(
    outputs.repoContentsUrl,
    `${host.baseUrl}/lighthouse/published/src/branch/main/`,
  );
  const work = await host.workFolder();
  await git(work, 'clone', '--quiet', outputs.remoteUrl, 'copy');
  const log = await git(join(work, 'copy'), 'log', '--format=%H %an');
  assert.equal(log.stdout.trim(), `${outputs.commitHash} Sam Okafor`);
  await assert.rejects(
    publish('ines.moreau', 'published'),
    /409.*already exists/s,
  );
});

test("upstream's GiteaUrlReader reads files, trees and searches", async () => {
  const { repoContentsUrl, commitHash } = await publish(
    'sam.okafor',
    'readable',
  );
  const privately = await host.api('PATCH', '/repos/lighthouse/readable', {
    as: 'sam.okafor',
    body: { private: true },
  });
  assert.equal(privately.status, 200);
  const reader: UrlReaderService = UrlReaders.default({
    logger,
    config: configFor(READER.name, READER.password),
  });

  const file = await reader.readUrl(`${repoContentsUrl}catalog-info.yaml`);
  assert.equal((await file.buffer()).toString(), 'kind: Component\n');
  assert.match(file.etag ?? '', /^"[0-9a-f]{40}"$/);
  assert.ok(file.lastModifiedAt instanceof Date);
  await assert.rejects(reader.readUrl(`${repoContentsUrl}missing.yaml`), {
    name: 'NotFoundError',
  });

  const tree = await reader.readTree(repoContentsUrl);
  assert.equal(tree.etag, commitHash);
  const files = await tree.files();
  assert.deepEqual(files.map(f => f.path).sort(), [
    'catalog-info.yaml',
    'docs/index.md',
  ]);
  const docs = await reader.readTree(`${repoContentsUrl}docs`);
  assert.deepEqual(
    (await docs.files()).map(f => f.path),
    ['index.md'],
  );
  await assert.rejects(reader.readTree(repoContentsUrl, { etag: commitHash }), {
    name: 'NotModifiedError',
  });
  await assert.rejects(
    reader.readTree(`${host.baseUrl}/lighthouse/readable/src/branch/nowhere/`),
    { name: 'NotFoundError' },
  );

  const found = await reader.search(`${repoContentsUrl}catalog-info.yaml`);
  assert.equal(found.files.length, 1);
  const nothing = await reader.search(`${repoContentsUrl}missing.yaml`);
  assert.equal(nothing.files.length, 0);
});
