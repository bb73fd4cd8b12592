import { ConfigReader } from '@backstage/config';
import { TestGitHost } from '../__testUtils__/TestGitHost';
import type { Thing } from '../things/ThingStore';
import { removeRepository } from './removeRepository';
import { RepositoryHosts } from './RepositoryHosts';

jest.setTimeout(60_000);

const NAME = 'lighthouse/orders';
const ID = '11111111-1111-4111-8111-111111111111';
const dialects = ['gitea', 'github', 'gitlab'] as const;

describe('removeRepository', () => {
  let host: TestGitHost;
  let thing: Thing;

  beforeEach(async () => {
    host = await TestGitHost.start();
    await host.addRepository(NAME, {
      description: `Takes orders (slipway:${ID})`,
      visibility: 'private',
      createdBy: 'nora',
    });
    const commitHash = await commit();
    await host.git(NAME, 'update-ref', 'refs/heads/main', commitHash);
    thing = {
      id: ID,
      taskId: 'task-1',
      kind: 'repository',
      ref: `${host.host}?owner=lighthouse&repo=orders`,
      title: NAME,
      state: 'made',
      createdBy: 'user:default/nora',
      details: { branch: 'main', commitHash },
    };
  });

  afterEach(() => host.stop());

  async function commit(): Promise<string> {
    const tree = await host.git(NAME, 'write-tree');
    return host.git(
      NAME,
      ...['-c', 'user.name=Sam', '-c', 'user.email=sam@example.com'],
      ...['commit-tree', tree, '-m', `First, ${Math.random()}`],
    );
  }

  function remove(dialect: (typeof dialects)[number]) {
    const { baseUrl } = host;
    const api = { gitea: '', github: '/api/v3', gitlab: '/api/v4' }[dialect];
    const hosts = RepositoryHosts.fromConfig(
      new ConfigReader({
        integrations: {
          [dialect]: [
            {
              host: host.host,
              baseUrl,
              ...(api && { apiBaseUrl: `${baseUrl}${api}` }),
            },
          ],
        },
      }),
    );
    return removeRepository(hosts, thing, 'nora-token');
  }

  it.each(dialects)(
    'removes on %s what is as the task left it',
    async dialect => {
      host.uses.set(`${NAME}/issues`, []);
      await remove(dialect);
      expect(host.repositories.has(NAME)).toBe(false);
      await expect(remove(dialect)).resolves.toBeUndefined();
    },
  );

  it('removes one that nothing was pushed to', async () => {
    await host.git(NAME, 'update-ref', '-d', 'refs/heads/main');
    await remove('gitea');
    expect(host.repositories.has(NAME)).toBe(false);
  });

  it.each([
    ['refs/tags/v1', /holds refs\/tags\/v1, which this task did not make/],
    ['refs/pull/1/head', /holds refs\/pull\/1\/head/],
    ['refs/heads/work', /holds commits that this task did not make/],
    ['refs/heads/main', /holds commits that this task did not make/],
  ])('leaves one alone with %s of somebody', async (ref, message) => {
    await host.git(NAME, 'update-ref', ref, await commit());
    await expect(remove('github')).rejects.toThrow(message);
    expect(host.repositories.has(NAME)).toBe(true);
  });

  it.each([
    ['gitea', 'issues', 'issues or pull requests'],
    ['gitea', 'pulls', 'pull requests'],
    ['gitea', 'releases', 'releases'],
    ['gitea', 'wiki/pages', 'wiki pages'],
    ['github', 'issues', 'issues or pull requests'],
    ['github', 'releases', 'releases'],
    ['github', 'forks', 'forks'],
    ['gitlab', 'issues', 'issues'],
    ['gitlab', 'merge_requests', 'merge requests'],
    ['gitlab', 'releases', 'releases'],
    ['gitlab', 'wikis', 'wiki pages'],
  ] as const)('leaves one alone on %s with %s', async (dialect, list, name) => {
    host.uses.set(`${NAME}/${list}`, [{ id: 1 }]);
    await expect(remove(dialect)).rejects.toThrow(
      `${NAME} holds ${name} of somebody, so it is left alone`,
    );
    expect(host.repositories.has(NAME)).toBe(true);
  });

  it('leaves one alone with private forks that it may not see', async () => {
    host.repositories.get(NAME)!.forks = 1;
    await expect(remove('github')).rejects.toThrow(
      `${NAME} holds forks of somebody, so it is left alone`,
    );
    expect(host.repositories.has(NAME)).toBe(true);
  });

  it('leaves one alone with a wiki on GitHub, which is a repository', async () => {
    await host.addRepository(`${NAME}.wiki`, {
      description: '',
      visibility: 'private',
      createdBy: 'nora',
    });
    await expect(remove('github')).resolves.toBeUndefined();

    await host.addRepository(NAME, {
      description: `(slipway:${ID})`,
      visibility: 'private',
      createdBy: 'nora',
    });
    const tree = await host.git(`${NAME}.wiki`, 'write-tree');
    const page = await host.git(
      `${NAME}.wiki`,
      ...['-c', 'user.name=Sam', '-c', 'user.email=sam@example.com'],
      ...['commit-tree', tree, '-m', 'Home'],
    );
    await host.git(`${NAME}.wiki`, 'update-ref', 'refs/heads/master', page);
    await expect(remove('github')).rejects.toThrow(/holds wiki pages/);
    expect(host.repositories.has(NAME)).toBe(true);
  });

  it('leaves one alone of which it may not see everything', async () => {
    host.forbidden = /\/issues/;
    await expect(remove('gitea')).rejects.toThrow(/refuses: not today/);
    expect(host.repositories.has(NAME)).toBe(true);
  });
});
