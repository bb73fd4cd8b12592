import type { DurableOperations } from '@slipway/operations';
import { isWarning, type JudgedFinding } from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';

/**
 * Puts what policies warn of, and what they only let pass by a waiver, on the database's timeline: whoever ordered is told
 * once, and everybody can read it afterwards.
 */
export async function appendWarnings(
  operations: DurableOperations,
  trx: Knex.Transaction,
  about: {
    resourceId: string;
    findings: readonly JudgedFinding[];
  },
): Promise<void> {
  for (const finding of about.findings.filter(isWarning)) {
    await operations.appendEvent(trx, {
      resourceId: about.resourceId,
      type: 'policies.warned',
      data: { message: sentence(finding) },
    });
  }
}

function sentence({ title, message, comply, waivedBy }: JudgedFinding): string {
  return waivedBy
    ? `Let pass by a waiver until ${waivedBy.expiresAt}, "${title}": ${message}`
    : `Warning, "${title}": ${message} ${comply}`;
}
