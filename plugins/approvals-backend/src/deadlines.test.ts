import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import type { Knex } from 'knex';
import {
  PLATFORM,
  ref,
  startPlugin,
  type Plugin,
} from './__testUtils__/startPlugin';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('deadlines and notifications', () => {
  let plugin: Plugin;
  let knex: Knex;
  let subjects = 0;
  /** Statuses with which the notification service answers next. */
  const answers: number[] = [];
  /** Holds deliveries up until it is done. */
  let held = Promise.resolve();
  let isHeld = false;

  beforeAll(async () => {
    knex = await databases.init('POSTGRES_18');
    plugin = await startPlugin({
      knex,
      config: { expiresAfterHours: 10, remindAfterHours: [1, 2, 20] },
      async onNotification() {
        isHeld = true;
        await held;
        isHeld = false;
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
  afterAll(() => plugin?.stop());

  const requested = (extra: object = {}) =>
    plugin.requested({
      subject: { kind: 'test', id: `s-${(subjects += 1)}` },
      ...extra,
    });
  /** Lets time pass for one request. */
  const pass = (id: string, hours: number) =>
    knex.raw(
      `UPDATE approval_requests SET expires_at = expires_at - :gone, remind_at = remind_at - :gone,
         reminders = ARRAY(SELECT at - :gone FROM unnest(reminders) AS at) WHERE id = :id`,
      { id, gone: knex.raw(`interval '${hours} hours'`) },
    );
  const sweep = () => plugin.scheduler.triggerTask('approvals-deadlines');
  const told = (id: string) =>
    plugin.notifications.filter(n => n.payload.link === `/approvals/${id}`);
  const eventsOf = async (id: string) =>
    (await plugin.as('root').get(`/approvals/${id}/events`)).body.items.map(
      (event: { message: string }) => event.message,
    );

  it('asks those who can decide, and tells whoever asked how it ended', async () => {
    await plugin.appoint('nora', 'ines');
    const { id } = await requested({
      authors: [ref('omar')],
      reason: 'The old one is full.',
    });
    await waitFor(() => told(id).length === 1);
    const [{ recipients, payload }] = told(id);
    expect(recipients).toEqual({
      type: 'entity',
      entityRef: [ref('nora'), ref('pia'), ref('ines')],
    });
    expect(payload).toMatchObject({
      title: 'Waits for your decision: Order orders-db for production',
      description: expect.stringMatching(
        /^Sam Okafor asks: The old one is full\. Until .* UTC\.$/,
      ),
      scope: `approvals/${id}`,
    });
    await plugin.vote('nora', id, 'reject');
    await waitFor(() => told(id).length === 2);
    expect(told(id)[1]).toMatchObject({
      recipients: { entityRef: ref('sam') },
      payload: {
        title: 'Order orders-db for production: rejected',
        description: 'Too big',
        severity: 'high',
      },
    });
  });

  it('says of whom no answer is wanted any more: who has voted, and in the end everybody', async () => {
    const { id } = await requested({
      rule: [{ groups: [PLATFORM], required: 2 }],
    });
    const answered = () =>
      plugin.answered.filter(
        each => (each as { approvalId: string }).approvalId === id,
      );
    const deputy = await plugin.appoint('omar', 'quin');
    await plugin.vote('quin', id, 'approve', { onBehalfOf: ref('omar') });
    await plugin.as('omar').delete(`/deputies/${deputy}`);
    await waitFor(() => answered().length === 1);
    await plugin.vote('nora', id);
    await waitFor(() => answered().length === 3);
    expect(answered()).toEqual([
      { approvalId: id, people: [ref('omar'), ref('quin')] },
      { approvalId: id, people: [ref('nora')] },
      { approvalId: id, title: 'Order orders-db for production: approved' },
    ]);
  });

  it('tells nobody what they did themselves', async () => {
    const { id } = await requested();
    await waitFor(() => told(id).length === 1);
    await plugin.as('sam').post(`/approvals/${id}/withdraw`);
    const { id: next } = await requested();
    await waitFor(() => told(next).length === 1);
    expect(told(id)).toHaveLength(1);
  });

  it('reminds who has not voted, once for what was missed', async () => {
    const { id } = await requested({
      rule: [{ groups: [PLATFORM], required: 2 }],
    });
    await plugin.vote('nora', id);
    await sweep();
    await pass(id, 3);
    await sweep();
    await sweep();
    await waitFor(() => told(id).length === 2);
    expect(told(id)[1]).toMatchObject({
      recipients: { entityRef: [ref('omar'), ref('pia')] },
      payload: { title: expect.stringMatching(/^Still waits/) },
    });
    expect(
      (await eventsOf(id)).filter((m: string) => m.includes('reminded')),
    ).toHaveLength(1);
    // A reminder after the end there is none.
    const row = await knex('approval_requests').where({ id }).first();
    expect(row.remind_at).toBeNull();
  });

  it('takes no vote when the time is over, and ends by itself', async () => {
    const { id } = await requested();
    await waitFor(() => told(id).length === 1);
    await pass(id, 10);
    // Before the sweep has come by.
    const { status, body } = await plugin.vote('nora', id);
    expect([status, body.error.message]).toEqual([
      409,
      expect.stringMatching(/ended at .* without a decision/),
    ]);
    await sweep();
    await sweep();
    expect(await plugin.stateOf(id)).toBe('expired');
    expect(
      (await eventsOf(id)).filter((m: string) => m.includes('expired')),
    ).toHaveLength(1);
    await waitFor(() => told(id).length === 2);
    expect(told(id)[1].payload).toMatchObject({
      title: 'Order orders-db for production: expired',
      description: 'Nobody decided in time.',
    });
  });

  it('tells also of what is asked while it is telling', async () => {
    let release: () => void = () => undefined;
    held = new Promise(resolve => {
      release = resolve;
    });
    const { id: first } = await requested();
    await waitFor(() => isHeld);
    const { id: second } = await requested();
    // Its hint has come by the time the first is told.
    await new Promise(resolve => setTimeout(resolve, 300));
    release();
    await waitFor(() => told(first).length === 1);
    await waitFor(() => told(second).length === 1);
    expect(told(first)).toHaveLength(1);
  });

  it.each([429, 503])('tells people later after a %d', async status => {
    answers.push(status);
    const { id } = await requested();
    await waitFor(() => answers.length === 0);
    await waitFor(async () => {
      await plugin.scheduler.triggerTask('approvals-notify');
      return told(id).length > 0;
    });
    expect(told(id)).toHaveLength(1);
  });

  it('lets what is refused for good not hold up the others', async () => {
    answers.push(400);
    const { id } = await requested();
    await waitFor(() => answers.length === 0);
    const { id: next } = await requested();
    await waitFor(() => told(next).length === 1);
    expect(told(id)).toEqual([]);
  });
});
