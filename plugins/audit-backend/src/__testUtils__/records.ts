import { randomUUID } from 'node:crypto';
import type { AuditRecord } from '@slipway/plugin-audit-common';

/** An entry with these fields. */
export function makeRecord(fields: Partial<AuditRecord> = {}): AuditRecord {
  const id = randomUUID();
  return {
    v: 1,
    id,
    operation: id,
    plugin: 'boats',
    event: 'boat-launch',
    severity: 'medium',
    outcome: 'succeeded',
    actor: { ref: 'user:default/sam' },
    occurredAt: new Date().toISOString(),
    ...fields,
  };
}
