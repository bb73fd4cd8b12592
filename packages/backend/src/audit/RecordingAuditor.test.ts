import type { AuditorEvent } from '@backstage/backend-defaults/auditor';
import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { ServiceUnavailableError } from '@backstage/errors';
import type { AuditRecord, AuditSeverity } from '@slipway/plugin-audit-common';
import type { Request } from 'express';
import { requestContext } from '../http/requestContext';
import { createRedactions } from '../logging/redactions';
import { RecordingAuditor } from './RecordingAuditor';

const SECRET = 'hunter2-hunter2';

function setup(
  options: {
    minimumSeverity?: AuditSeverity;
    failClosed?: boolean;
    isDown?: boolean;
    credentials?: BackstageCredentials;
  } = {},
) {
  const records: AuditRecord[] = [];
  const lines: AuditorEvent[] = [];
  const redactions = createRedactions();
  redactions.add([SECRET, '']);
  const auditor = RecordingAuditor.create({
    auth: mockServices.auth(),
    httpAuth: mockServices.httpAuth({
      defaultCredentials:
        options.credentials ?? mockCredentials.user('user:default/sam'),
    }),
    plugin: { getId: () => 'boats' },
    redactions,
    log: event => void lines.push(event),
    trail: {
      attach: () => {},
      append: async (record, { required }) => {
        if (options.isDown && required) {
          throw new ServiceUnavailableError('cannot be written');
        }
        records.push(record);
      },
    },
    minimumSeverity: options.minimumSeverity ?? 'medium',
    failClosed: options.failClosed ?? true,
  });
  return { auditor, records, lines };
}

const request = {
  method: 'POST',
  originalUrl: '/api/boats/boats/7?token=abc',
  ip: '10.1.2.3',
  hostname: 'portal',
  headers: {},
  get: (name: string) => (name === 'user-agent' ? 'Firefox' : undefined),
} as unknown as Request;

describe('RecordingAuditor', () => {
  it('records both, the person and who acts for them', async () => {
    const { auditor, records } = setup({
      credentials: mockCredentials.user('user:default/sam', {
        actor: { subject: 'plugin:mcp-actions' },
      }),
    });
    const event = await auditor.createEvent({
      eventId: 'boat-launch',
      severityLevel: 'medium',
      request,
      meta: { speed: 3 },
    });
    await event.success();
    for (const { actor, meta } of records) {
      expect(actor.ref).toBe('user:default/sam');
      expect(meta).toEqual({ speed: 3, agent: 'plugin:mcp-actions' });
    }
    expect(records).toHaveLength(2);
  });

  it('records who did what to what, from where, and how it ended', async () => {
    const { auditor, records, lines } = setup();
    await requestContext.run({ requestId: 'request-1' }, async () => {
      const event = await auditor.createEvent({
        eventId: 'boat-launch',
        severityLevel: 'medium',
        request,
        meta: { entityRef: 'resource:default/boat' },
      });
      await event.success({ meta: { speed: 4 } });
    });
    const common = {
      v: 1,
      operation: records[0].operation,
      plugin: 'boats',
      event: 'boat-launch',
      severity: 'medium',
      actor: { ref: 'user:default/sam', ip: '10.1.2.3', userAgent: 'Firefox' },
      subject: 'resource:default/boat',
      request: { method: 'POST', path: '/api/boats/boats/7' },
      correlationId: 'request-1',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      occurredAt: expect.stringMatching(/Z$/),
    };
    expect(records).toEqual([
      {
        ...common,
        outcome: 'initiated',
        meta: { entityRef: 'resource:default/boat' },
      },
      {
        ...common,
        outcome: 'succeeded',
        meta: { entityRef: 'resource:default/boat', speed: 4 },
      },
    ]);
    expect(records[0].id).not.toBe(records[1].id);
    // Upstream's lines are there too.
    expect(lines.map(({ status }) => status)).toEqual([
      'initiated',
      'succeeded',
    ]);
  });

  it.each(['databaseId', 'approvalId', 'waiverId', 'deputyId', 'subjectId'])(
    'takes %s for the subject',
    async name => {
      const { auditor, records } = setup();
      await auditor.createEvent({
        eventId: 'boat-approve',
        severityLevel: 'medium',
        meta: { answer: 'approve', [name]: 'b-7' },
      });
      expect(records).toMatchObject([{ subject: 'b-7' }]);
    },
  );

  it('records the work of a service, and why something failed', async () => {
    const { auditor, records } = setup();
    const event = await auditor.createEvent({
      eventId: 'boat-launch',
      severityLevel: 'critical',
      meta: { name: 'boat', environment: 'staging' },
    });
    await event.fail({ error: new TypeError(`no water at ${SECRET}`) });
    expect(records[1]).toMatchObject({
      severity: 'critical',
      outcome: 'failed',
      subject: 'boat.staging',
      actor: { ref: 'plugin:test' },
      error: { name: 'TypeError', message: 'no water at ***' },
    });
    expect(records[1].request).toBeUndefined();
  });

  it('leaves reads to the log, unless they are asked for', async () => {
    const { auditor, records, lines } = setup();
    await auditor.createEvent({ eventId: 'boat-fetch', request });
    expect(records).toEqual([]);
    expect(lines).toHaveLength(1);
    const low = setup({ minimumSeverity: 'low' });
    await low.auditor.createEvent({ eventId: 'boat-fetch', request });
    expect(low.records).toMatchObject([{ severity: 'low' }]);
  });

  it('refuses a request that cannot be recorded, and says so in the log and later in the trail', async () => {
    const { auditor, records, lines } = setup({ isDown: true });
    await expect(
      auditor.createEvent({
        eventId: 'boat-launch',
        severityLevel: 'medium',
        request,
      }),
    ).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
    expect(lines.map(({ status }) => status)).toEqual(['initiated', 'failed']);
    expect(records).toMatchObject([
      { outcome: 'failed', error: { message: 'cannot be written' } },
    ]);
  });

  it('goes on with work that nobody waits for, and with all work where that is configured', async () => {
    const { auditor, records } = setup({ isDown: true });
    await auditor.createEvent({ eventId: 'task', severityLevel: 'medium' });
    expect(records).toMatchObject([{ event: 'task', outcome: 'initiated' }]);
    const open = setup({ isDown: true, failClosed: false });
    await open.auditor.createEvent({
      eventId: 'boat-launch',
      severityLevel: 'medium',
      request,
    });
    expect(open.records).toHaveLength(1);
  });

  it('keeps secrets, addresses of people and unstorable text out', async () => {
    const { auditor, records } = setup();
    const meta = {
      password: 'letmein',
      nested: [{ apiKey: 'k', 'x-api-key': 'k', sessionToken: 't' }],
      hasPassword: true,
      text: `config says ${SECRET}, mail sam@example.com, Bearer abcdefghijkl`,
      url: 'postgres://sam:letmein@db.example.com/orders',
      jwt: 'see eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
      [`key-${SECRET}`]: 1,
      nul: 'a\0b\ud800c',
      long: 'x'.repeat(5_000),
      deep: { a: { b: { c: { d: { e: { f: 'letmein' } } } } } },
    };
    await auditor.createEvent({
      eventId: 'boat-launch',
      severityLevel: 'medium',
      meta,
    });
    expect(records[0].meta).toEqual({
      password: '[redacted]',
      nested: [
        {
          apiKey: '[redacted]',
          'x-api-key': '[redacted]',
          sessionToken: '[redacted]',
        },
      ],
      hasPassword: true,
      text: 'config says ***, mail [email], Bearer [redacted]',
      url: 'postgres://[redacted]@db.example.com/orders',
      jwt: '[redacted]',
      'key-***': 1,
      nul: 'a\ufffdb\ufffdc',
      long: `${'x'.repeat(1_000)}…`,
      deep: { a: { b: { c: { d: { e: '[too deep]' } } } } },
    });
    const text = JSON.stringify(records);
    for (const secret of ['letmein', SECRET, 'sam@example.com', 'eyJ']) {
      expect(text).not.toContain(secret);
    }
  });

  it('does not store what is too large, or cannot be written as JSON', async () => {
    const { auditor, records } = setup();
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`f${n}`, 'x'.repeat(900)]),
    );
    const cycle: Record<string, never> = {};
    (cycle as Record<string, unknown>).self = cycle;
    for (const meta of [many, cycle]) {
      await auditor.createEvent({
        eventId: 'boat-launch',
        severityLevel: 'medium',
        meta,
      });
    }
    expect(records.map(({ meta }) => meta)).toEqual([
      { omitted: expect.stringMatching(/^\d+ characters$/) },
      { unreadable: true },
    ]);
  });
});
