import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { PoliciesState } from '@slipway/plugin-policies-common';
import { policyText } from './__testUtils__/folders';
import { GitHost } from './__testUtils__/GitHost';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { FILE_BYTES_MAX, FILES_MAX } from './locations/limits';

jest.setTimeout(180_000);

const limits = jest.requireActual('./locations/limits');
/** How long a host is waited for. */
let mockPatienceMs: number = limits.LOCATION_TIMEOUT_MS;
jest.mock('./locations/limits', () => ({
  ...jest.requireActual('./locations/limits'),
  get LOCATION_TIMEOUT_MS() {
    return mockPatienceMs;
  },
}));

/** As long as no file may be, but shorter than it may be. */
const comment = (bytes: number) => `#${'x'.repeat(bytes - 2)}\n`;

describe('policies in a repository', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let host: GitHost;
  let plugin: Plugin;

  beforeEach(async () => {
    host = await GitHost.start();
    await host.create();
    await host.push({
      'policies/a.yaml': policyText(),
      'policies/cases.yaml': 'not a policy',
      'README.md': '# Policies',
      'other.yaml': 'not in the folder',
    });
    const [knex, approvalsKnex] = await Promise.all([
      databases.init('POSTGRES_18'),
      databases.init('POSTGRES_18'),
    ]);
    plugin = await startPlugin({
      knex,
      approvalsKnex,
      folder: 'none',
      features: [urlReaderServiceFactory],
      config: { locations: [{ type: 'url', target: host.address }] },
      rootConfig: host.config,
    });
  });

  afterEach(async () => {
    await plugin?.stop();
    await host.stop();
  });

  const state = async () =>
    (await plugin.as('sam').get('/state')).body as PoliciesState;
  const look = async () => {
    await plugin.run('locations');
    return state();
  };
  const isAllowed = async () =>
    (
      await plugin.as('sam').post('/evaluate', {
        kind: 'DatabaseRequest',
        operation: 'create',
        object: { name: 'orders' },
      })
    ).body.allowed;

  it('come in force with each push, and what is wrong is named while the last good ones stay', async () => {
    const first = await state();
    expect(first).toMatchObject({ policies: 1, problems: [] });
    expect(first.problemsSince).toBeUndefined();
    expect(await isAllowed()).toBe(false);
    const { body } = await plugin.as('sam').get('/policies/encrypted');
    expect(body.file).toBe(`${host.address}/a.yaml`);

    // The same commit is the same set.
    expect(await look()).toMatchObject({
      digest: first.digest,
      since: first.since,
    });

    await host.push({ 'policies/a.yaml': policyText({ mode: 'warn' }) });
    const good = await look();
    expect(good.digest).not.toBe(first.digest);
    expect(await isAllowed()).toBe(true);

    await host.push({
      'policies/b.yaml': policyText({ name: 'b' }).replace(
        'has(object.encrypted)',
        'object.x',
      ),
    });
    const wrong = await look();
    expect(wrong).toMatchObject({
      digest: good.digest,
      since: good.since,
      problems: [
        {
          file: `${host.address}/b.yaml`,
          line: 14,
          message: expect.stringContaining('no field "x"'),
        },
      ],
      problemsSince: expect.any(String),
    });
    expect(await isAllowed()).toBe(true);
    // Since when it is so stays, and the platform team is told once.
    expect((await look()).problemsSince).toBe(wrong.problemsSince);
    expect(plugin.notifications).toHaveLength(1);

    await host.push({ 'policies/b.yaml': undefined });
    const mended = await look();
    expect(mended).toMatchObject({ digest: good.digest, problems: [] });
    expect(mended.problemsSince).toBeUndefined();
  });

  it('stay in force while the repository or the host is gone, and are read when it is back', async () => {
    const good = await state();
    const lost = async () => {
      const now = await look();
      expect(now).toMatchObject({
        digest: good.digest,
        since: good.since,
        problems: [
          {
            file: host.address,
            message: expect.stringContaining('It cannot be read'),
          },
        ],
        problemsSince: expect.any(String),
      });
      expect(JSON.stringify(now)).not.toContain('a-generated-password');
      expect(await isAllowed()).toBe(false);
    };

    await host.kill();
    await lost();
    await host.restart();
    expect((await look()).problems).toEqual([]);

    await host.delete();
    await lost();
    // One that is made anew, with other policies.
    await host.create();
    await host.push({ 'policies/a.yaml': policyText({ mode: 'warn' }) });
    expect((await look()).problems).toEqual([]);
    expect(await isAllowed()).toBe(true);
  });

  it('are not waited for when the host takes the question and does not answer', async () => {
    expect(limits.LOCATION_TIMEOUT_MS).toBe(20_000);
    mockPatienceMs = 2_000;
    host.hang(true);
    const { problems } = await look();
    host.hang(false);
    mockPatienceMs = limits.LOCATION_TIMEOUT_MS;
    expect(problems).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/does not answer within 2 seconds/),
      }),
    ]);
    expect(await isAllowed()).toBe(false);
    expect((await look()).problems).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a long file',
      { 'policies/long.yaml': comment(FILE_BYTES_MAX + 1) },
      /long\.yaml has more than 200000 bytes/,
    ],
    [
      'many files',
      Object.fromEntries(
        Array.from({ length: FILES_MAX }, (_, n) => [
          `policies/${n}.yaml`,
          policyText({ name: `p${n}` }),
        ]),
      ),
      /more than 500 files/,
    ],
    [
      'much in all',
      Object.fromEntries(
        Array.from({ length: 26 }, (_, n) => [
          `policies/${n}.yaml`,
          comment(FILE_BYTES_MAX - 1),
        ]),
      ),
      /more than 5000000 bytes/,
    ],
  ])('are refused as a whole for %s', async (_, files, why) => {
    const good = await state();
    await host.push(files);
    const now = await look();
    expect(now.digest).toBe(good.digest);
    expect(now.problems.map(each => each.message)).toEqual([
      expect.stringMatching(why),
    ]);
    expect(await isAllowed()).toBe(false);
  });
});
