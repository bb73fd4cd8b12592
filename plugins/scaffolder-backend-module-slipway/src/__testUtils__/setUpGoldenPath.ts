import {
  createMockDirectory,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { startTestPortal } from './startTestPortal';
import { TestDatabasesPlugin } from './testDatabasesPlugin';
import { TestGitHost } from './TestGitHost';

const ORG = `
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: team-orders }
spec: { type: team, children: [] }
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: team-payments }
spec: { type: team, children: [] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: mock }
spec:
  profile: { displayName: Nora Lind, email: nora@example.com }
  memberOf: [team-orders]
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: ines }
spec: { memberOf: [team-payments] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: ada }
spec: { memberOf: [platform-team] }
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: { name: shop }
spec: { owner: team-orders }
`;

/**
 * A portal, a git host and a databases plugin for the tests of a file: started before them, put
 * right before each, stopped after them.
 *
 * @param options - `policies`: files of policies, for the real policies plugin in place of the stand-in
 */
export function setUpGoldenPath(
  options: { policies?: Record<string, string> } = {},
) {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const directory = createMockDirectory();
  const databasesPlugin = new TestDatabasesPlugin();
  const path = {
    databasesPlugin,
    gitHost: undefined as unknown as TestGitHost,
    portal: undefined as unknown as Awaited<ReturnType<typeof startTestPortal>>,
    /** The form, filled in. */
    values: (name: string, more: object = {}) => ({
      name,
      description: 'Says "hello": it is #1',
      owner: 'group:default/team-orders',
      system: 'system:default/shop',
      databaseSize: 'small',
      repoUrl: `${path.gitHost.host}?owner=lighthouse&repo=${name}`,
      ...more,
    }),
    /** Runs the golden path with Nora's own rights on the git host. */
    start: (name: string, more?: object) =>
      path.portal.runTemplate(
        'typescript-service',
        path.values(name, more),
        'nora-token',
      ),
  };

  beforeAll(async () => {
    directory.setContent({
      'org.yaml': ORG,
      policies: options.policies ?? {},
    });
    path.gitHost = await TestGitHost.start();
    path.portal = await startTestPortal({
      databases,
      gitHost: path.gitHost,
      databasesPlugin,
      orgFile: directory.resolve('org.yaml'),
      policiesFolder: options.policies && directory.resolve('policies'),
    });
    await path.portal.entity('template', 'typescript-service');
    await path.portal.entity('template', 'remove-what-a-task-made');
    await path.portal.entity('system', 'shop');
    await path.portal.entity('user', 'mock');
  });

  afterAll(async () => {
    await path.portal?.stop();
    await path.gitHost?.stop();
  });

  beforeEach(() => {
    path.gitHost.forbidden = undefined;
    path.gitHost.unreachable = undefined;
    path.gitHost.busy = undefined;
    databasesPlugin.outcome = 'succeeded';
  });

  return path;
}
