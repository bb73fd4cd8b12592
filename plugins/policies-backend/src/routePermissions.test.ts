import { TestDatabases } from '@backstage/backend-test-utils';
import {
  type Route,
  findUnasked,
  routesOf,
  waitFor,
} from '@slipway/backend-utils/testUtils';
import { policyPermissions } from '@slipway/plugin-policies-common';
import { ORDERS } from './__testUtils__/company';
import { createFolder, ownerPolicy, policyText } from './__testUtils__/folders';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { spec } from './schema/openapi';

jest.setTimeout(120_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
describe('routes', () => {
  let withheld: string | undefined;
  let folder: Awaited<ReturnType<typeof createFolder>>;
  let plugin: Plugin;
  let violationId: string;
  let waiverId: string;

  const waiver = (name: string) => ({
    policy: 'encrypted',
    scope: { kind: 'DatabaseRequest', name },
    owner: ORDERS,
    reason: 'For a test',
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  });

  beforeAll(async () => {
    folder = await createFolder({
      'a.yaml': policyText(),
      'b.yaml': ownerPolicy,
    });
    plugin = await startPlugin({
      knex: await test.init('POSTGRES_18'),
      approvalsKnex: await test.init('POSTGRES_18'),
      folder: folder.path,
      entities: [
        {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Component',
          metadata: { name: 'orders', namespace: 'default' },
          spec: { owner: ORDERS },
        },
      ],
      withheld: () => withheld,
    });
    const sam = plugin.as('sam');
    await plugin.run('sweep');
    await waitFor(async () => {
      [{ id: violationId } = { id: '' }] = (
        await sam.get('/violations')
      ).body.items;
      return violationId !== '';
    });
    waiverId = (await sam.post('/waivers', waiver('orders'))).body.id;
  });
  afterAll(async () => {
    await plugin?.stop();
    await folder?.remove();
  });

  let calls = 0;
  async function call({ method, path, operationId }: Route): Promise<number> {
    const bodies: Record<string, object> = {
      Evaluate: { kind: 'DatabaseRequest', operation: 'create', object: {} },
      RequestWaiver: waiver(`more-${(calls += 1)}`),
    };
    const address = path
      .replace('{name}', 'encrypted')
      .replace('{id}', path.startsWith('/violations') ? violationId : waiverId);
    const { status } = await plugin
      .as('sam')
      [method as 'get' | 'post'](address, bodies[operationId]);
    return status;
  }

  it('ask what the contract says they ask', async () => {
    expect(
      await findUnasked({
        routes: routesOf(spec),
        known: policyPermissions,
        call,
        withhold: permission => {
          withheld = permission;
        },
      }),
    ).toEqual([]);
  });
});
