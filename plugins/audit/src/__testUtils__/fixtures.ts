import type { AuditEvent, AuditState } from '@slipway/plugin-audit-common';

/** An entry with these fields. */
export function makeEvent(fields: Partial<AuditEvent> = {}): AuditEvent {
  return {
    seq: '7',
    at: '2026-11-25T14:03:05.123456Z',
    hash: 'abcdef0123456789'.repeat(4),
    id: '7fc72d96-089b-4f4a-b3aa-8a11d8f155dd',
    operation: '11111111-089b-4f4a-b3aa-8a11d8f155dd',
    plugin: 'databases',
    event: 'database-create',
    severity: 'medium',
    outcome: 'succeeded',
    actor: { ref: 'user:default/sam', ip: '10.1.2.3', userAgent: 'Firefox' },
    subject: 'orders.production',
    request: { method: 'POST', path: '/api/databases/databases' },
    meta: { owner: 'group:default/team-orders' },
    correlationId: 'request-1',
    occurredAt: '2026-11-25T14:03:05.100Z',
    ...fields,
  };
}

/** A trail in which all is well. */
export const state: AuditState = {
  trail: 'a5c19a83-8ed6-4f4c-a7d5-bd9b6f0f0f7b',
  head: { seq: '7', hash: 'abc', at: '2026-11-25T14:03:05.123456Z' },
  oldest: { seq: '1', at: '2026-11-01T00:00:00.000000Z' },
  published: { seq: '7', at: '2026-11-25T14:04:00.000000Z', key: 'k3y' },
  uncovered: 0,
  publishers: ['log', 'file'],
  damagedHeads: 0,
  owner: 'separate',
  functions: 'current',
  publicKey: 'PEM',
  retentionDays: 400,
};
