import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import { DATABASES_CLOUD_EVENTS_TOPIC } from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';
import { eventSchemas, type EventSchemaName } from './events/schemas';
import type { CloudEvent } from './events/toCloudEvent';

jest.setTimeout(180_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const SECRET = 'a-secret-of-a-sink-for-tests';
const TOKEN = 'a-token-of-a-sink-for-tests';

/** A receiver that can die, come back at the same port, and refuse. */
async function startReceiver() {
  const received: {
    event: CloudEvent;
    headers: Record<string, string>;
    body: string;
  }[] = [];
  let answer: (event: CloudEvent) => number = () => 204;
  let server: Server | undefined;
  let port = 0;
  const start = () =>
    new Promise<void>(resolve => {
      server = createServer((request, response) => {
        let body = '';
        request.on('data', data => (body += data));
        request.on('end', () => {
          const event = JSON.parse(body);
          const status = answer(event);
          if (status < 300) {
            received.push({
              event,
              headers: request.headers as Record<string, string>,
              body,
            });
          }
          response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
        });
      }).listen(port, '127.0.0.1', () => {
        port = (server!.address() as AddressInfo).port;
        resolve();
      });
    });
  await start();
  return {
    received,
    url: `http://127.0.0.1:${port}/in`,
    answers(how: typeof answer) {
      answer = how;
    },
    of: (id: string) =>
      received.map(({ event }) => event).filter(e => e.subject === id),
    start,
    die: () =>
      new Promise<void>(resolve => {
        server!.close(() => resolve());
        server!.closeAllConnections();
      }),
  };
}

describe('events for others', () => {
  let knex: Knex;
  let tenants: Tenants;
  let plugin: Plugin;
  let other: Plugin;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let picky: Awaited<ReturnType<typeof startReceiver>>;
  const hints: CloudEvent[] = [];

  beforeAll(async () => {
    knex = await databases.init('POSTGRES_18');
    tenants = await startTenants();
    receiver = await startReceiver();
    picky = await startReceiver();
    const dead = await startReceiver();
    await dead.die();
    const options = {
      knex,
      tenants,
      events: {
        source: 'https://portal.example.com/databases',
        sinks: [
          { id: 'bus', url: receiver.url, secret: SECRET, token: TOKEN },
          {
            id: 'picky',
            url: picky.url,
            types: ['dev.slipway.database.ready.v1'],
          },
          { id: 'dead', url: dead.url },
        ],
      },
    };
    plugin = await startPlugin(options);
    // Another replica: one of the two sends.
    other = await startPlugin(options);
    for (const each of [plugin, other]) {
      await each.events.subscribe({
        id: 'test',
        topics: [DATABASES_CLOUD_EVENTS_TOPIC],
        onEvent: async ({ eventPayload }) => {
          hints.push(eventPayload as CloudEvent);
        },
      });
    }
  });
  afterAll(async () => {
    await plugin?.stop();
    await other?.stop();
    await receiver?.die();
    await picky?.die();
    await tenants?.stop();
  });
  afterEach(() => {
    receiver.answers(() => 204);
    picky.answers(() => 204);
  });

  const types = (events: CloudEvent[]) =>
    events.map(({ type }) =>
      type.replace(/^dev\.slipway\.database\./, '').replace(/\.v1$/, ''),
    );
  const ended = (id: string, count = 1) =>
    waitFor(
      async () =>
        types(receiver.of(id)).filter(t => t === 'operation.succeeded')
          .length >= count,
    );
  /** Nobody has to wait in a test for what is tried later. */
  async function hurry() {
    await knex('event_sinks').update({ next_attempt_at: null });
    await Promise.all(
      [plugin, other].map(each =>
        each.scheduler.triggerTask('databases-send-events'),
      ),
    );
  }

  it('tell each transition once to each sink, in order, whatever another sink does', async () => {
    const id = await plugin.ready('told');
    await ended(id);
    const events = receiver.of(id);
    const states = types(events).filter(t => !t.startsWith('operation.'));
    expect(states).toEqual(['requested', 'provisioning', 'verifying', 'ready']);
    expect(types(events)).toEqual(
      expect.arrayContaining(['operation.requested', 'operation.succeeded']),
    );
    const rows = await knex('operations_events')
      .where({ resource_id: id })
      .orderBy('id');
    expect(events.map(event => Number(event.id.split('-')[0]))).toEqual(
      rows.map(row => Number(row.id)),
    );
    await waitFor(async () => picky.of(id).length > 0);
    expect(types(picky.of(id))).toEqual(['ready']);
    await waitFor(
      async () => hints.filter(e => e.subject === id).length === events.length,
    );
  });

  it('are CloudEvents whose data is as their schema says, signed', async () => {
    expect(receiver.received.length).toBeGreaterThan(5);
    for (const { event, headers, body } of receiver.received) {
      expect(headers['content-type']).toBe(
        'application/cloudevents+json; charset=utf-8',
      );
      expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      expect(headers['webhook-signature']).toBe(
        `v1,${createHmac('sha256', SECRET).update(signed).digest('base64')}`,
      );
      // What the specification asks of each attribute.
      expect(event).toEqual({
        specversion: '1.0',
        id: expect.stringMatching(/^\d+-[0-9a-z]+$/),
        source: 'https://portal.example.com/databases',
        type: expect.stringMatching(/^dev\.slipway\.database\.[a-z.-]+\.v1$/),
        subject: (event.data.database as { id: string }).id,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        datacontenttype: 'application/json',
        dataschema: expect.stringMatching(/\/event-schemas\/[a-z0-9-]+$/),
        data: expect.any(Object),
      });
      const schema = event.dataschema.split('/').pop() as EventSchemaName;
      expect(eventSchemas[schema].strict().parse(event.data)).toEqual(
        event.data,
      );
      const { body: published } = await plugin.sam.get(
        `/event-schemas/${schema}`,
      );
      expect(published).toMatchObject({
        type: 'object',
        title: expect.any(String),
      });
    }
    await plugin.sam.get('/event-schemas/constructor').expect(404);
  });

  it('hold no secret and no person', async () => {
    const id = await plugin.ready('quiet', { description: 'canary-words' });
    const { body: login } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { reason: 'canary-reason' })
      .expect(201);
    const { body } = await plugin.nora
      .post(`/databases/${id}/rotate`)
      .expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    const { body: handed } = await plugin.nora.post(`/databases/${id}/owner`, {
      owner: 'platform-team',
      reason: 'canary-handed',
    });
    await plugin.until(`/operations/${handed.operation.id}`, 'succeeded');
    await ended(id, 3);
    expect(types(receiver.of(id))).toContain('owner-changed');
    const all = JSON.stringify(receiver.received.map(({ body: text }) => text));
    for (const canary of [
      login.password,
      login.login.username,
      tenants.password,
      SECRET,
      TOKEN,
      'canary-',
      'user:',
      'sam',
      'nora',
    ]) {
      expect(all).not.toContain(canary);
    }
    // Whose it was then.
    const ready = receiver.of(id).find(e => e.type.includes('.ready.'));
    expect(ready?.data.database).toMatchObject({
      owner: 'group:default/team-orders',
    });
  });

  it('wait for a receiver that is away, and are in order and complete when it is back', async () => {
    await receiver.die();
    const first = await plugin.ready('away-one');
    const second = await other.ready('away-two');
    await waitFor(
      async () =>
        (await knex('event_sinks').where({ id: 'bus' }).first()).failures > 0,
    );
    expect(receiver.of(first)).toEqual([]);
    await receiver.start();
    await hurry();
    await ended(first);
    await ended(second);
    for (const id of [first, second]) {
      const rows = await knex('operations_events')
        .where({ resource_id: id })
        .orderBy('id');
      const seen = receiver.of(id).map(e => Number(e.id.split('-')[0]));
      expect([...new Set(seen)]).toEqual(rows.map(row => Number(row.id)));
    }
    expect(
      await knex('event_sinks').where({ id: 'bus' }).first(),
    ).toMatchObject({ failures: 0, last_error: null });
  });

  it('are not sent on by a redirect, and are left out only when the sink says that one is wrong', async () => {
    const poisoned: string[] = [];
    picky.answers(event => {
      const { name } = event.data.database as { name: string };
      if (name === 'elsewhere') return 302;
      if (name !== 'poison') return 204;
      poisoned.push(event.id);
      return 422;
    });
    const bad = await plugin.ready('poison');
    const good = await plugin.ready('after-it');
    await waitFor(async () => {
      await hurry();
      return picky.of(good).length > 0;
    });
    expect(picky.of(bad)).toEqual([]);
    expect(poisoned).toHaveLength(5);
    expect(new Set(poisoned).size).toBe(1);
    const told = plugin.notifications.concat(other.notifications);
    expect(told.map(({ payload }) => payload.description)).toContainEqual(
      expect.stringMatching(/sink 'picky' answered with status 422/),
    );
    const redirected = await plugin.ready('elsewhere');
    await waitFor(
      async () =>
        (await knex('event_sinks').where({ id: 'picky' }).first())
          .last_error === 'answered with status 302',
    );
    expect(picky.of(redirected)).toEqual([]);
    picky.answers(() => 204);
    await hurry();
    await waitFor(async () => picky.of(redirected).length > 0);
  });

  it('leave out what is too old, say so, and keep nothing for a sink that is gone', async () => {
    await knex.raw('ALTER TABLE operations_events DISABLE TRIGGER USER');
    await knex.raw(
      `UPDATE operations_events SET created_at = created_at - interval '80 hours'`,
    );
    await knex.raw('ALTER TABLE operations_events ENABLE TRIGGER USER');
    await knex('event_sinks')
      .where({ id: 'dead' })
      .update({ failing_since: knex.raw(`now() - interval '1 hour'`) });
    const id = await plugin.ready('fresh');
    await hurry();
    const told = () =>
      plugin.notifications
        .concat(other.notifications)
        .map(({ payload }) => payload.description ?? '');
    await waitFor(async () => {
      await hurry();
      return told().some(text =>
        /events for the sink 'dead' were left out: they are older than 72 hours/.test(
          text,
        ),
      );
    });
    await waitFor(async () => {
      await hurry();
      return told().some(text => /sink 'dead' takes no events/.test(text));
    });
    await ended(id);
    await knex('operations_consumers').insert({
      id: 'sink:gone',
      position: 0,
      updated_at: knex.raw(`now() - interval '2 days'`),
    });
    await plugin.scheduler.triggerTask('databases-retention');
    const kept = await knex('operations_consumers').pluck('id');
    expect(kept).toEqual(expect.arrayContaining(['sink:bus', 'sink:dead']));
    expect(kept).not.toContain('sink:gone');
  });
});
