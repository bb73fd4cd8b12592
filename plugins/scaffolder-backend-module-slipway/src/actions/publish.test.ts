import {
  createMockDirectory,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import fs from 'fs-extra';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { request } from '../hosts/request';
import { RepositoryHosts } from '../hosts/RepositoryHosts';
import { createTestTask } from '../__testUtils__/createTestTask';
import { createTestThings } from '../__testUtils__/createTestThings';
import { TestGitHost } from '../__testUtils__/TestGitHost';
import { createPublishAction } from './publish';

jest.setTimeout(60_000);

type Dialect = 'gitea' | 'github' | 'gitlab';

const creation: Record<Dialect, RegExp> = {
  gitea: /^POST \/api\/v1\/orgs\/lighthouse\/repos by/,
  github: /^POST \/api\/v3\/orgs\/lighthouse\/repos by/,
  gitlab: /^POST \/api\/v4\/projects by/,
};

describe('slipway:publish', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const workspace = createMockDirectory();
  let host: TestGitHost;
  let known: Awaited<ReturnType<typeof createTestThings>>;

  beforeAll(async () => {
    known = await createTestThings(databases);
  });

  beforeEach(async () => {
    host = await TestGitHost.start();
    known.states.clear();
    await known.client('slipway_things').delete();
    workspace.setContent({ 'README.md': '# Orders\n', src: { 'a.ts': '1' } });
  });

  afterEach(() => host.stop());

  const integrations = {
    gitea: () => ({
      host: host.host,
      baseUrl: host.baseUrl,
      username: 'portal',
      password: 'portal-secret',
    }),
    github: () => ({
      host: host.host,
      apiBaseUrl: `${host.baseUrl}/api/v3`,
      token: 'portal-secret',
    }),
    gitlab: () => ({
      host: host.host,
      baseUrl: host.baseUrl,
      apiBaseUrl: `${host.baseUrl}/api/v4`,
      token: 'portal-secret',
    }),
  };

  function setUp(dialect: Dialect = 'gitea', scaffolder: object = {}) {
    const config = new ConfigReader({
      integrations: { [dialect]: [integrations[dialect]()] },
      scaffolder,
    });
    return createPublishAction({
      hosts: RepositoryHosts.fromConfig(config),
      things: known.things,
    });
  }

  const task = (
    taskId = 'task-1',
    more: { userRef?: string; isDryRun?: boolean } = {},
  ) => createTestTask({ taskId, workspacePath: workspace.path, ...more });

  const input = (repo = 'orders', owner = 'lighthouse') => ({
    repoUrl: `${host.host}?owner=${owner}&repo=${repo}`,
    description: 'Takes orders',
    token: 'nora-token',
  });

  it.each(['gitea', 'github', 'gitlab'] as const)(
    'creates a private repository on %s with the rights and the name of the requester',
    async dialect => {
      const output = await task().run(setUp(dialect), input());

      const made = host.repositories.get('lighthouse/orders');
      expect(made).toMatchObject({ visibility: 'private', createdBy: 'nora' });
      expect(host.requests.filter(line => !line.endsWith('by nora'))).toEqual(
        // git asks without credentials first
        host.requests.filter(line => line.endsWith('by nobody')),
      );
      const log = await host.git(
        'lighthouse/orders',
        'log',
        '--format=%an <%ae> %cn %H %B',
        'main',
      );
      expect(log.trim()).toBe(
        `Nora Lind <nora@example.com> Nora Lind ${output.commitHash} Start orders from a template`,
      );
      expect(output.remoteUrl).toBe(`${host.baseUrl}/lighthouse/orders`);
      expect(output.repoContentsUrl).toMatch(/lighthouse\/orders\/.*main\/$/);
      const [thing] = await known.store.list('task-1');
      expect(made?.description).toBe(`Takes orders (slipway:${thing.id})`);
      expect(JSON.stringify(thing)).not.toContain('nora-token');
    },
  );

  it.each(['gitea', 'github', 'gitlab'] as const)(
    'goes on after a crash on %s, wherever it was',
    async dialect => {
      // The repository was created, the answer never came, and the push is refused.
      host.loseAnswerTo = creation[dialect];
      host.forbidden = /git-receive-pack/;
      const first = task();
      await expect(first.run(setUp(dialect), input())).rejects.toThrow();
      expect(host.repositories.size).toBe(1);
      host.forbidden = undefined;

      // The files were pushed, and we were killed before we could note that.
      jest
        .spyOn(known.things, 'confirm')
        .mockRejectedValueOnce(new Error('killed'));
      await expect(first.run(setUp(dialect), input())).rejects.toThrow(
        'killed',
      );

      await first.run(setUp(dialect), input());
      expect(host.creations).toEqual(['lighthouse/orders']);
      expect(
        await host.git('lighthouse/orders', 'rev-list', '--count', '--all'),
      ).toBe('1');
      expect(await known.store.list('task-1')).toMatchObject([
        { state: 'made' },
      ]);
    },
  );

  it('does not mind that the answer to the push is lost', async () => {
    host.loseAnswerTo = /POST .*git-receive-pack by nora/;
    await task().run(setUp(), input());
    expect(
      await host.git('lighthouse/orders', 'rev-list', '--count', '--all'),
    ).toBe('1');
  });

  // Upstream's push tries again by itself.
  it.each([
    ['looks', 'busy', /^GET \/api\/v1\/repos\/lighthouse\/orders by/],
    ['creates', 'unreachable', creation.gitea],
    ['creates', 'busy', creation.gitea],
  ] as const)(
    'waits for a host that is away when it %s (%s)',
    async (_does, how, what) => {
      host[how] = what;
      const waiting = task();
      const ending = waiting.run(setUp(), input());
      while (!waiting.log.join('\n').includes('Not yet: ')) {
        await Promise.race([ending, sleep(20)]);
      }
      host[how] = undefined;

      await ending;
      expect(host.creations).toEqual(['lighthouse/orders']);
      expect(
        await host.git('lighthouse/orders', 'rev-list', '--count', '--all'),
      ).toBe('1');
      expect(await known.store.list('task-1')).toMatchObject([
        { state: 'made' },
      ]);
    },
  );

  it('does nothing twice', async () => {
    const action = setUp();
    const first = await task().run(action, input());
    const again = await task().run(action, input());
    expect(again).toEqual(first);
    expect(
      host.requests.filter(line => creation.gitea.test(line)),
    ).toHaveLength(1);
  });

  it('does not touch a repository that exists', async () => {
    await host.addRepository('lighthouse/orders', {
      description: 'Ours (slipway:not-a-thing)',
      visibility: 'public',
      createdBy: 'sam',
    });
    await expect(task().run(setUp(), input())).rejects.toThrow(
      /Repository .*lighthouse\/orders exists already, and this task did not make it\. Choose another name\./,
    );
    await expect(
      host.git('lighthouse/orders', 'rev-parse', 'main'),
    ).rejects.toThrow();
    expect(await known.store.list('task-1')).toEqual([]);
  });

  it('goes on with what the failed task of the same person made', async () => {
    host.forbidden = /git-receive-pack/;
    const first = task('task-1');
    await expect(first.run(setUp(), input())).rejects.toThrow();
    host.forbidden = undefined;
    expect(first.log.join('\n')).toMatch(/it has made:\n.*Repository .*orders/);
    expect(first.log.join('\n')).toMatch(/press "Start over"/);
    expect(first.log.join('\n')).toContain(
      'https://portal.example.com/create/templates/default/remove-what-a-task-made?formData=',
    );

    // While the first still runs, and for anybody else, it is taken.
    await expect(task('task-2').run(setUp(), input())).rejects.toThrow(
      /being made by another task/,
    );
    known.states.set('task-1', 'failed');
    await expect(
      task('task-2', { userRef: 'user:default/sam' }).run(setUp(), input()),
    ).rejects.toThrow(/exists already/);

    await task('task-2').run(setUp(), input());
    expect(await known.store.list('task-1')).toEqual([]);
    expect(await known.store.list('task-2')).toMatchObject([{ state: 'made' }]);
    expect(
      await host.git('lighthouse/orders', 'rev-list', '--count', '--all'),
    ).toBe('1');
  });

  it('says in one sentence that a host does not answer', async () => {
    const late = new DOMException('It took too long', 'TimeoutError');
    jest.spyOn(global, 'fetch').mockRejectedValueOnce(late);
    await expect(request(z.unknown(), 'GET', host.baseUrl, {})).rejects.toThrow(
      /^The git host \S+ does not answer\. Try again when it does\.$/,
    );
  });

  it('forgets a repository that the host did not create', async () => {
    host.forbidden = creation.gitea;
    const first = task();
    await expect(first.run(setUp(), input())).rejects.toThrow();
    expect(await known.store.list('task-1')).toEqual([]);
    expect(first.log.join('\n')).not.toMatch(/it has made/);
  });

  it('refuses to act with the portal’s rights where that is not allowed', async () => {
    const action = setUp('gitea', { requireScmUserCredentials: true });
    const { token, ...without } = input();
    await expect(task().run(action, without)).rejects.toThrow(
      /needs your own rights.*Start over and sign in/,
    );
    expect(host.requests).toEqual([]);
    expect(token).toBeDefined();
  });

  it('never repeats a token that the host refuses', async () => {
    const failed = task().run(setUp(), { ...input(), token: 'stolen-token' });
    await expect(failed).rejects.toThrow(/refuses: who are you\?/);
    await expect(failed).rejects.not.toThrow(/stolen-token/);
  });

  it.each([
    ['', /missing repo/],
    ['a'.repeat(101), /at most 100 characters/],
    ['orders.git', /git hosts keep for themselves/],
    ['wiki', /git hosts keep for themselves/],
    ["orders'; DROP TABLE tasks; --", /Use letters, digits/],
    ['"orders"', /Use letters, digits/],
    ['../../etc', /Use letters, digits/],
    ['orders..api', /Use letters, digits/],
    ['🚢', /Use letters, digits/],
  ])('refuses the name %j before anything is asked', async (repo, message) => {
    const query = new URLSearchParams({ owner: 'lighthouse', repo });
    await expect(
      task().run(setUp(), { ...input(), repoUrl: `${host.host}?${query}` }),
    ).rejects.toThrow(message);
    expect(host.requests).toEqual([]);
  });

  it('keeps to the owners that the platform team allows', async () => {
    await expect(
      task().run(
        setUp('gitea', { slipway: { owners: ['lighthouse'] } }),
        input('orders', 'elsewhere'),
      ),
    ).rejects.toThrow(/Repositories are created in lighthouse/);
    expect(host.requests).toEqual([]);
  });

  it('changes nothing in a dry run', async () => {
    await task('task-1', { isDryRun: true }).run(setUp(), input());
    expect(host.requests).toEqual([]);
    expect(await fs.pathExists(workspace.resolve('.git'))).toBe(false);
  });
});
