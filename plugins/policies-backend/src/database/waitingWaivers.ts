import type { WaiverRequest } from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';

/** Lets requests for waivers be written one after the other, until the transaction ends. */
export async function holdRequests(trx: Knex.Transaction): Promise<void> {
  await trx.raw(`SELECT pg_advisory_xact_lock(hashtext('policy_waivers'))`);
}

/** How many that a person asked for wait for a decision. */
export async function countWaitingOf(
  trx: Knex.Transaction,
  requester: string,
): Promise<number> {
  const [{ count }] = await waiting(trx).where({ requester }).count({
    count: '*',
  });
  return Number(count);
}

/** One that waits for a decision about the same, whoever asked and why, and until when. */
export async function findWaitingFor(
  trx: Knex.Transaction,
  { policy, field, owner, scope }: WaiverRequest,
): Promise<{ id: string; requester: string } | undefined> {
  return waiting(trx)
    .where({
      policy,
      field: field ?? null,
      owner,
      scope_kind: scope.kind,
      scope_name: scope.name ?? null,
      scope_owner: scope.owner ?? null,
      scope_entity_ref: scope.entityRef ?? null,
      scope_environment: scope.environment ?? null,
    })
    .first('id', 'requester');
}

function waiting(trx: Knex.Transaction): Knex.QueryBuilder {
  return trx('policy_waivers')
    .whereNull('granted_at')
    .whereNull('ended_at')
    .whereRaw('expires_at > clock_timestamp()');
}
