import type { DurableResources } from '@slipway/operations';
import type { Knex } from 'knex';
import { wantSweep } from '../database/sweeps';

/** Asks for a sweep, once for a key: a request that is repeated because its answer was lost asks for no other. */
export async function startSweep(
  { knex, resources }: { knex: Knex; resources: DurableResources },
  { cause, idempotencyKey }: { cause: string; idempotencyKey?: string },
): Promise<void> {
  if (!idempotencyKey) {
    await wantSweep(knex, cause);
    return;
  }
  await knex.transaction(trx =>
    resources.once(
      trx,
      { scope: `sweep ${cause}`, key: idempotencyKey, body: {} },
      async () => {
        await wantSweep(trx, cause);
        return {};
      },
    ),
  );
}
