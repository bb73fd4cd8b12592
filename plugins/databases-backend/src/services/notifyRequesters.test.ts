import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import { order, startPlugin, type Plugin } from '../__testUtils__/startPlugin';
import { startTenants, type Tenants } from '../__testUtils__/startTenants';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('telling people how it ended', () => {
  let tenants: Tenants;
  let plugin: Plugin;
  /** Statuses with which the notification service answers next. */
  const answers: number[] = [];
  let asked = 0;

  beforeAll(async () => {
    tenants = await startTenants();
    plugin = await startPlugin({
      knex: await databases.init('POSTGRES_18'),
      tenants,
      async onNotification() {
        asked += 1;
        const status = answers.shift();
        if (status) {
          // As upstream's client says it.
          throw new Error(
            `Failed to send notifications: Error: Request failed with status ${status}`,
          );
        }
      },
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const told = (name: string) =>
    plugin.notifications.filter(n => n.payload.link?.endsWith(`/${name}`));

  it.each([429, 408, 503])('tries again after a %d', async status => {
    const name = `later-${status}`;
    const before = asked;
    answers.push(status);
    const { body } = await plugin.sam.post('/databases', order(name));
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    await waitFor(() => asked > before);
    await waitFor(async () => {
      await plugin.scheduler.triggerTask('databases-notify');
      return told(name).length > 0;
    });
    expect(told(name)).toHaveLength(1);
  });

  it('lets what is refused for good not hold up the others', async () => {
    const before = asked;
    answers.push(400);
    await plugin.ready('refused-db');
    await waitFor(() => asked > before);
    await plugin.ready('next-db');
    await waitFor(() => told('next-db').length > 0);
    expect(told('refused-db')).toEqual([]);
  });
});
