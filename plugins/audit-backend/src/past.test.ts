import {
  createMockDirectory,
  mockCredentials,
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  notificationService,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import { auditStateSchema } from '@slipway/plugin-audit-common';
import {
  auditTrailServiceRef,
  QueuedAuditTrail,
} from '@slipway/plugin-audit-node';
import type { Knex } from 'knex';
import { appendFile, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import request from 'supertest';
import auditPlugin from '.';
import { makeRecord } from './__testUtils__/records';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

/** A portal that publishes to a folder. Its auditor writes into the trail. */
async function start(knex: Knex, directory: string) {
  const logger = mockServices.logger.mock();
  const trail = QueuedAuditTrail.create({ logger });
  const scheduler = mockServices.scheduler();
  const notifications: NotificationSendOptions[] = [];
  const backend = await startTestBackend({
    features: [
      auditPlugin,
      logger.factory,
      mockServices.database.factory({ knex }),
      mockServices.rootConfig.factory({
        data: {
          audit: {
            signing: { key: Buffer.alloc(32, 3).toString('base64') },
            publish: { directory },
          },
          permission: { slipway: { administrators: ['group:default/admins'] } },
        },
      }),
      createServiceFactory({
        service: auditTrailServiceRef,
        deps: {},
        factory: () => trail,
      }),
      createServiceFactory({
        service: coreServices.scheduler,
        deps: {},
        factory: () => scheduler,
      }),
      createServiceFactory({
        service: notificationService,
        deps: {},
        factory: () => ({
          send: async (sent: NotificationSendOptions) =>
            void notifications.push(sent),
        }),
      }),
      mockServices.auditor.mock({
        createEvent: async ({ eventId, severityLevel, meta }) => ({
          success: () =>
            trail.append(
              makeRecord({
                plugin: 'audit',
                event: eventId,
                severity: severityLevel,
                meta,
              }),
              { required: true },
            ),
          fail: async () => undefined,
        }),
      }).factory,
    ],
  });
  return {
    notifications,
    errors: () => logger.error.mock.calls.map(([message]) => String(message)),
    add: async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        await trail.append(makeRecord(), { required: true });
      }
    },
    seal: () => scheduler.triggerTask('audit-seal'),
    state: async () =>
      auditStateSchema.parse(
        (
          await request(backend.server)
            .get('/api/audit/state')
            .set('authorization', mockCredentials.user.header())
        ).body,
      ),
    stop: () => backend.stop(),
  };
}

/** As whoever owns the database. */
const asOwner = (knex: Knex, statements: string) =>
  knex.raw(
    `SET session_replication_role = replica; ${statements}; SET session_replication_role = DEFAULT`,
  );

const EMPTIED = `
  DELETE FROM slipway_audit.events;
  DELETE FROM slipway_audit.heads;
  DELETE FROM slipway_audit.segments`;

describe('a trail that is not the one that was published', () => {
  const folder = createMockDirectory();
  let knex: Knex;
  let directory: string;
  let portal: Awaited<ReturnType<typeof start>>;
  let portals = 0;

  beforeEach(async () => {
    knex = await databases.init('POSTGRES_18');
    directory = folder.resolve(`portal-${(portals += 1)}`);
    portal = await start(knex, directory);
    await portal.add(3);
    await portal.seal();
    await portal.add(2);
    await portal.seal();
    const { differs } = await portal.state();
    if (differs) throw new Error(JSON.stringify(differs));
  });
  afterEach(() => portal.stop());

  it('is said on the page and in the log, and once to administrators, also after a restart', async () => {
    const { trail } = await portal.state();
    await asOwner(
      knex,
      `${EMPTIED};
       UPDATE slipway_audit.trail SET id = gen_random_uuid(), head_seq = 0;
       UPDATE slipway_audit.trail SET head_hash = encode(sha256(convert_to('slipway-audit:' || id, 'UTF8')), 'hex')`,
    );
    await portal.add(1);
    await portal.seal();
    const differs = expect.objectContaining({
      kind: 'other-trail',
      publisher: 'file',
      trail,
    });
    expect(await portal.state()).toMatchObject({ differs });
    expect(portal.errors()).toContainEqual(
      expect.stringMatching(/it is another trail/),
    );
    await portal.seal();
    await portal.stop();

    const again = await start(knex, directory);
    await again.seal();
    // What was published since covers all there is, and proves nothing.
    expect(await again.state()).toMatchObject({ differs, uncovered: 0 });
    const told = [...portal.notifications, ...again.notifications];
    expect(told).toEqual([
      {
        recipients: { type: 'entity', entityRef: ['group:default/admins'] },
        payload: expect.objectContaining({
          title: 'The audit trail is not the one that was published',
          severity: 'critical',
        }),
      },
    ]);
    const records = await knex('slipway_audit.events').where({
      event: 'trail-differs',
      severity: 'critical',
    });
    expect(records).toHaveLength(1);

    // Once somebody has looked, and taken the former heads away.
    const [file] = await readdir(directory);
    await rename(join(directory, file), folder.resolve('kept.jsonl'));
    await again.seal();
    expect((await again.state()).differs).toBeUndefined();
    await again.stop();
  });

  it('is found where the end is gone, also when it has grown again', async () => {
    await asOwner(
      knex,
      `DELETE FROM slipway_audit.events WHERE seq > 3;
       DELETE FROM slipway_audit.heads WHERE seq > 3;
       UPDATE slipway_audit.trail t SET head_seq = 3, head_hash = e.hash, head_at = e.at
         FROM slipway_audit.events e WHERE e.seq = 3`,
    );
    const other = await start(knex, directory);
    expect(await other.state()).toMatchObject({
      differs: { kind: 'shorter', seq: '5' },
    });
    await other.stop();
    await portal.add(4);
    const later = await start(knex, directory);
    expect(await later.state()).toMatchObject({
      differs: { kind: 'other-entry', seq: '5' },
    });
    await later.stop();
  });

  it('is found where an entry that was published is gone from the middle', async () => {
    await asOwner(knex, 'DELETE FROM slipway_audit.events WHERE seq = 3');
    const other = await start(knex, directory);
    expect(await other.state()).toMatchObject({
      differs: { kind: 'gone', seq: '3' },
    });
    await other.stop();
  });

  it('is no trail of which somebody else has written heads into the folder', async () => {
    const [name] = await readdir(directory);
    const file = join(directory, name);
    const [line] = (await readFile(file, 'utf8')).split('\n');
    const head = JSON.parse(line);
    await appendFile(
      file,
      [
        'no head',
        JSON.stringify({ ...head, trail: 'another' }),
        JSON.stringify({ ...head, seq: 900 }),
        // One that is still being written.
        line.slice(0, 40),
      ].join('\n'),
    );
    await portal.seal();
    expect((await portal.state()).differs).toBeUndefined();
  });
});
