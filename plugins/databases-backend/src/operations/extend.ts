import { defineOperation } from '@slipway/operations';
import { changeSpec } from '../database/changeSpec';
import { setExpiry } from '../database/expiry';
import { getDatabase } from '../database/readDatabases';
import { formatTime } from '../services/formatTime';
import type { OperationInput, StepDeps } from './target';

/** The operation that gives a database a later end. */
export const EXTEND = 'extend';

/** Gives a database a later end. Nothing of it is on the server, so that no server has to answer. */
export function extend({ knex }: StepDeps) {
  return defineOperation<OperationInput>({
    type: EXTEND,
    title: 'Extend the database',
    from: ['ready', 'suspended'],
    cancel: { atOnceFrom: ['ready', 'suspended'] },
    steps: [
      {
        id: 'write-end',
        title: 'Write until when it goes',
        async run(context) {
          const { expiresAt } = context.input;
          if (!expiresAt) return;
          const record = await getDatabase(knex, context.resource.id);
          // Again after a crash: it is written once.
          if (record.spec.expiresAt === expiresAt) return;
          await context.transact(async trx => {
            await changeSpec(trx, record.id, {
              spec: { ...record.spec, expiresAt },
              actor: context.actor,
            });
            await setExpiry(trx, record.id, expiresAt);
          });
          await context.report(
            `It goes until ${formatTime(new Date(expiresAt))}`,
          );
        },
      },
    ],
  });
}
