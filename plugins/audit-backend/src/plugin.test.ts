import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockCredentials,
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import {
  AuthorizeResult,
  type AuthorizePermissionRequest,
} from '@backstage/plugin-permission-common';
import {
  auditEventsPageSchema,
  isReadable,
  auditStateSchema,
  type AuditRecord,
} from '@slipway/plugin-audit-common';
import {
  auditTrailServiceRef,
  parseStatement,
  QueuedAuditTrail,
  readPublicKeys,
  TrailVerifier,
} from '@slipway/plugin-audit-node';
import type { Knex } from 'knex';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import request from 'supertest';
import auditPlugin from '.';
import { makeRecord } from './__testUtils__/records';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const NORA = mockCredentials.user.header('user:default/nora');

async function start(knex: Knex, directory: string) {
  const logger = mockServices.logger.mock();
  const trail = QueuedAuditTrail.create({ logger });
  const audited: string[] = [];
  const scheduler = mockServices.scheduler();
  const { server } = await startTestBackend({
    features: [
      auditPlugin,
      logger.factory,
      mockServices.database.factory({ knex }),
      mockServices.rootConfig.factory({
        data: {
          audit: {
            signing: { key: Buffer.alloc(32, 3).toString('base64') },
            publish: { directory },
            retention: { days: 400 },
          },
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
      mockServices.auditor.mock({
        createEvent: async ({ eventId, meta }) => {
          const note = (status: string) => async () =>
            void audited.push(`${eventId} ${status} ${JSON.stringify(meta)}`);
          return { success: note('succeeded'), fail: note('failed') };
        },
      }).factory,
      // As the shipped policy does.
      mockServices.permissions.mock({
        authorize: async (
          asked: AuthorizePermissionRequest[],
          { credentials }: { credentials: { principal: unknown } },
        ) =>
          asked.map(() => ({
            result:
              (credentials.principal as { userEntityRef?: string })
                .userEntityRef === 'user:default/nora'
                ? AuthorizeResult.ALLOW
                : AuthorizeResult.DENY,
          })),
      } as never).factory,
    ],
  });
  const get = (path: string, header: string = NORA) =>
    request(server).get(`/api/audit${path}`).set('authorization', header);
  const list = async (query: string) => {
    const { status, body } = await get(`/events?${query}`);
    expect([status, body.error]).toEqual([200, undefined]);
    return auditEventsPageSchema.parse(body);
  };
  const add = async (...records: Partial<AuditRecord>[]) => {
    for (const fields of records) {
      await trail.append(makeRecord(fields), { required: true });
    }
  };
  return { get, list, add, audited, logger, scheduler };
}

describe('the audit plugin', () => {
  const directory = createMockDirectory();
  let plugin: Awaited<ReturnType<typeof start>>;
  let knex: Knex;

  beforeAll(async () => {
    knex = await databases.init('POSTGRES_18');
    plugin = await start(knex, directory.path);
    const { add } = plugin;
    await add(
      { event: 'a', operation: 'o1', outcome: 'initiated' },
      { event: 'a', operation: 'o1', outcome: 'succeeded', subject: 's1' },
      { event: 'b', plugin: 'ships', actor: { ref: 'user:default/ines' } },
      { event: 'b', severity: 'high', outcome: 'failed', correlationId: 'r1' },
      { event: 'c', meta: { deep: { text: 'ü' } } },
    );
  });

  it('answers administrators only', async () => {
    const { get } = plugin;
    for (const path of ['/events', '/state', '/export', '/nothing']) {
      for (const [header, status] of [
        [mockCredentials.user.header('user:default/sam'), 403],
        [mockCredentials.service.header(), 403],
        [mockCredentials.none.header(), 401],
        [mockCredentials.user.invalidHeader(), 401],
      ] as const) {
        expect((await get(path, header)).status).toBe(status);
      }
    }
    expect(plugin.audited).toEqual([]);
  });

  it.each([
    ['500 days', { refusedRetentionDays: 400 }],
    [null, { refusedRetentionDays: 400 }],
    ['400 days', { retentionDays: 400 }],
  ])(
    'says how long entries are kept when the database keeps them for %s',
    async (minimum, said) => {
      await knex.raw(
        'ALTER TABLE slipway_audit.trail ALTER COLUMN minimum_retention DROP NOT NULL',
      );
      const update = `UPDATE slipway_audit.trail SET minimum_retention = ?`;
      await knex.raw(update, [minimum]);
      const { retentionDays, refusedRetentionDays } = (
        await plugin.get('/state')
      ).body;
      await knex.raw(update, ['90 days']);
      expect({ retentionDays, refusedRetentionDays }).toEqual({
        retentionDays: undefined,
        refusedRetentionDays: undefined,
        ...said,
      });
    },
  );

  it('is read and exported by no agent, whoever it acts for', async () => {
    const agent = `Bearer ${mockCredentials.user.token('user:default/nora', {
      actor: { subject: 'external:oauth-client' },
    })}`;
    for (const path of ['/export', '/events?limit=1', '/Events?limit=none']) {
      const { status, body } = await plugin.get(path, agent);
      expect([path, status, body.error?.message]).toEqual([
        path,
        403,
        expect.stringMatching(/^Only people read and export the audit trail/),
      ]);
    }
    expect((await plugin.get('/state', agent)).status).toBe(200);
    expect(plugin.audited).toEqual([]);
  });

  it.each([
    ['', ['5', '4', '3', '2', '1']],
    ['event=a', ['2', '1']],
    ['plugin=ships', ['3']],
    ['actor=user%3Adefault%2Fines', ['3']],
    ['outcome=failed', ['4']],
    ['outcome=failed&outcome=initiated', ['4', '1']],
    ['severity=high&severity=critical', ['4']],
    ['subject=s1', ['2']],
    ['correlationId=r1', ['4']],
    ['operation=o1', ['2', '1']],
    ['operation=o1&outcome=succeeded', ['2']],
    ['to=2026-01-01', []],
    ['from=2999-01-01', []],
    ['from=2026-01-01&to=2999-01-01T00%3A00%3A00%2B02%3A00&event=c', ['5']],
    ['event=nothing', []],
  ])('narrows the list to %s', async (query, expected) => {
    const { items, nextCursor } = await plugin.list(query);
    expect(items.map(({ seq }) => seq)).toEqual(expected);
    expect(nextCursor).toBeUndefined();
  });

  it('narrows the list to a time that lies between two entries', async () => {
    const { items } = await plugin.list('');
    const at = encodeURIComponent(items[1].at);
    const seqs = async (query: string) =>
      (await plugin.list(query)).items.map(({ seq }) => seq);
    // As people write it.
    expect(await seqs('from=2026-01-01T14:00:00Z')).toContain('1');
    // Times in addresses have milliseconds.
    expect(await seqs(`from=${at}`)).toContain('4');
    expect(await seqs(`to=${at}`)).not.toContain('5');
  });

  it('gives a page at a time, and what each entry says', async () => {
    const first = await plugin.list('limit=2');
    const second = await plugin.list(`limit=2&cursor=${first.nextCursor}`);
    const third = await plugin.list(`limit=2&cursor=${second.nextCursor}`);
    expect(
      [first, second, third].map(({ items }) => items.map(({ seq }) => seq)),
    ).toEqual([['5', '4'], ['3', '2'], ['1']]);
    expect(third.nextCursor).toBeUndefined();
    expect(first.items[0]).toMatchObject({
      event: 'c',
      meta: { deep: { text: 'ü' } },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it.each([
    ['/events?from=yesterday', /from is no time.*2026/],
    ['/events?from=2026-02-02&to=2026-02-01', /from is not before to/],
    ['/export?to=x', /to is no time/],
    ['/events?from=0000-01-01', /from is no time/],
    ['/export?from=0000-01-01', /from is no time/],
    ['/events?from=0001-01-01T00:00:00%2B01:00', /from is no time/],
    ['/events?to=2026-02-30', /to is no time/],
    ['/events?to=2026-02-30T10:00:00Z', /to is no time/],
    ['/export?to=9999-12-31T23:59:59-01:00', /to is no time/],
    ['/events?limit=0', /limit/],
    ['/events?limit=201', /limit/],
    ['/events?cursor=x', /cursor/],
    ['/events?outcome=lost', /outcome/],
    ['/events?actor=%00', /actor holds a character/],
    [`/events?actor=${'x'.repeat(301)}`, /actor/],
  ])('refuses %s with the name of the field', async (path, message) => {
    const { status, body } = await plugin.get(path);
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringMatching(message),
    ]);
  });

  it('uses an index for each filter', async () => {
    await knex.raw(
      `INSERT INTO slipway_audit.events (seq, at, hash, record)
       SELECT n, now() + n * interval '1 second', '', json_build_object('id', gen_random_uuid(),
         'operation', n, 'plugin', 'p' || n % 50, 'event', 'e' || n % 50, 'severity', 'medium', 'outcome', 'succeeded',
         'actor', json_build_object('ref', 'user:' || n % 100), 'subject', n, 'correlationId', n)::text
         FROM generate_series(1000, 9000) n`,
    );
    await knex.raw('ANALYZE slipway_audit.events');
    const { rows } = await knex.raw(
      `SELECT attname FROM pg_attribute WHERE attrelid = 'slipway_audit.events'::regclass
         AND attname IN ('operation', 'plugin', 'event', 'actor', 'subject', 'correlation_id')`,
    );
    expect(rows).toHaveLength(6);
    for (const { attname } of rows) {
      const plan = await knex.raw(
        `EXPLAIN SELECT seq FROM slipway_audit.events WHERE ${attname} = 'nothing' ORDER BY seq DESC LIMIT 50`,
      );
      const text = JSON.stringify(plan.rows);
      expect(text).toContain(`events_${attname}_seq_idx`);
      expect(text).not.toContain('Seq Scan');
    }
    await knex.raw('ALTER TABLE slipway_audit.events DISABLE TRIGGER ALL');
    await knex.raw('DELETE FROM slipway_audit.events WHERE seq >= 1000');
    await knex.raw('ALTER TABLE slipway_audit.events ENABLE TRIGGER ALL');
  });

  it('publishes its head into a file, says so, and exports what verifies by it', async () => {
    const { get, scheduler } = plugin;
    const before = auditStateSchema.parse((await get('/state')).body);
    expect(before).toMatchObject({
      head: { seq: '5' },
      oldest: { seq: '1' },
      uncovered: 5,
      publishers: ['log', 'file'],
      owner: 'portal',
      retentionDays: 400,
    });
    expect(before.published).toBeUndefined();
    expect(before.uncoveredSince).toBe(before.oldest?.at);

    await scheduler.triggerTask('audit-seal');
    await scheduler.triggerTask('audit-drop-segments');
    const state = auditStateSchema.parse((await get('/state')).body);
    expect(state).toMatchObject({ published: { seq: '5' }, uncovered: 0 });
    expect(state.uncoveredSince).toBeUndefined();

    const [file] = await readdir(directory.path);
    const heads = await readFile(join(directory.path, file), 'utf8');
    const verifier = TrailVerifier.create({
      published: heads
        .trim()
        .split('\n')
        .map(line => parseStatement(line)!),
      keys: readPublicKeys(state.publicKey!),
    });
    const answer = await get('/export?from=2026-01-01').buffer(true);
    expect([
      answer.status,
      answer.headers['content-type'],
      answer.headers['cache-control'],
      answer.headers['content-disposition'],
    ]).toEqual([
      200,
      expect.stringContaining('application/jsonl'),
      'no-store',
      expect.stringMatching(
        /^attachment; filename="audit-2026-01-01-[\d-]+\.jsonl"$/,
      ),
    ]);
    const text = answer.text ?? answer.body.toString();
    for (const line of text.split('\n')) {
      verifier.add(line);
    }
    expect(verifier.finish()).toMatchObject({ problems: [], provenTo: 5 });
    expect(plugin.audited).toEqual([
      expect.stringMatching(
        /^trail-export succeeded {"from":"2026-01-01T00:00:00.000Z","to":"[^"]+"}$/,
      ),
    ]);
  });

  it('lets no record say where in the trail it is', async () => {
    const [before] = (await plugin.list('limit=1')).items;
    const lie = { seq: '1', at: '2020-01-01T00:00:00.000000Z', hash: '00' };
    await knex.raw('SELECT slipway_audit.append(ARRAY[?])', [
      JSON.stringify({ ...makeRecord({ event: 'lie' }), ...lie }),
    ]);
    const page = await plugin.list('limit=1');
    const seq = String(Number(before.seq) + 1);
    expect(page).toMatchObject({
      items: [{ event: 'lie', seq, hash: expect.stringMatching(/^.{64}$/) }],
      nextCursor: seq,
    });
    expect(page.items[0].at > before.at).toBe(true);
  });

  it('shows what is no record as one that cannot be read, and the others as ever', async () => {
    const append = (record: object) =>
      knex.raw('SELECT slipway_audit.append(ARRAY[?])', [
        JSON.stringify(record),
      ]);
    const id = () => makeRecord().id;
    const unreadable = [
      { id: id(), v: 1 },
      { ...makeRecord(), id: id(), actor: 'Nora', isUnreadable: false },
      { ...makeRecord(), id: id(), outcome: 'lost', meta: 7 },
    ];
    for (const record of unreadable) await append(record);
    await plugin.add({ event: 'after' });
    const { items } = await plugin.list('limit=5');
    expect(items.map(isReadable)).toEqual([true, false, false, false, true]);
    for (const each of items.slice(1, 4)) {
      expect(each).toEqual({
        seq: expect.stringMatching(/^\d+$/),
        at: expect.stringMatching(/Z$/),
        hash: expect.stringMatching(/^.{64}$/),
        isUnreadable: true,
      });
    }
    // By whatever it is found.
    const [{ seq }] = (await plugin.list('outcome=failed&limit=1')).items;
    expect(seq).toBe('4');
  });

  it('warns once after its start that functions are old', async () => {
    const warnings = ({ logger }: typeof plugin) =>
      logger.warn.mock.calls.filter(([message]) =>
        /handover\.sql/.test(message),
      );
    expect(warnings(plugin)).toEqual([]);
    await knex.raw(
      'ALTER FUNCTION slipway_audit.drop_segments(interval, text) SECURITY INVOKER',
    );
    const late = await start(knex, directory.path);
    await late.get('/state');
    await late.scheduler.triggerTask('audit-seal');
    expect(warnings(late)).toHaveLength(1);
  });
});
