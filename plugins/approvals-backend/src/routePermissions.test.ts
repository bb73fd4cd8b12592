import { TestDatabases } from '@backstage/backend-test-utils';
import {
  type Route,
  findUnasked,
  routesOf,
  waitFor,
} from '@slipway/backend-utils/testUtils';
import { approvalPermissions } from '@slipway/plugin-approvals-common';
import {
  ask,
  digest,
  PLATFORM,
  ref,
  startPlugin,
  type Plugin,
} from './__testUtils__/startPlugin';
import { spec } from './schema/openapi';

jest.setTimeout(120_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
describe('routes', () => {
  let withheld: string | undefined;
  let plugin: Plugin;
  let id: string;
  let deputyId: string;
  let token: string;

  beforeAll(async () => {
    plugin = await startPlugin({
      knex: await test.init('POSTGRES_18'),
      config: { answerLinks: true },
      withheld: () => withheld,
    });
    ({ id } = await plugin.requested({
      rule: [{ groups: [PLATFORM], required: 2 }],
    }));
    deputyId = await plugin.appoint('nora', 'omar');
    const link = () =>
      plugin.notifications
        .filter(
          ({ recipients }) =>
            recipients.type === 'entity' &&
            recipients.entityRef === ref('nora'),
        )
        .map(({ payload }) =>
          /Approve: [^"]*#([\w-]{43})/.exec(JSON.stringify(payload.metadata)),
        )
        .find(found => found);
    await waitFor(() => link() !== undefined);
    token = link()![1];
  });
  afterAll(() => plugin?.stop());

  const subject = { kind: 'database-order', id: 'orders-db' };
  const appointment = () => ({
    deputy: ref('quin'),
    from: new Date(Date.now() - 60_000).toISOString(),
    until: new Date(Date.now() + 86_400_000).toISOString(),
  });

  async function call({ method, path, operationId }: Route): Promise<number> {
    const bodies: Record<string, object> = {
      Vote: { answer: 'approve' },
      WithdrawApproval: {},
      OpenAnswerLink: { token },
      UseAnswerLink: { token },
      AppointDeputy: appointment(),
      RequestApproval: ask({ subject: { ...subject, id: 'another' } }),
      WithdrawForService: {
        subject: { ...subject, id: 'another' },
        digest: digest(),
      },
      AcknowledgeOutcomes: { consumer: 'test', position: 0 },
    };
    const queries: Record<string, string> = {
      GetApprovalStatus: `?kind=database-order&id=orders-db&digest=${digest()}`,
      ListOutcomes: '?consumer=test',
    };
    const isForServices = /^\/(requests|outcomes)/.test(path);
    const caller = isForServices ? plugin.service() : plugin.as('nora');
    const address = path.replace(
      '{id}',
      path.startsWith('/deputies') ? deputyId : id,
    );
    const { status } = await caller[method as 'post'](
      `${address}${queries[operationId] ?? ''}`,
      bodies[operationId],
    );
    return status;
  }

  it('ask what the contract says they ask', async () => {
    expect(
      await findUnasked({
        routes: routesOf(spec),
        known: approvalPermissions,
        call,
        withhold: permission => {
          withheld = permission;
        },
      }),
    ).toEqual([]);
  });
});
