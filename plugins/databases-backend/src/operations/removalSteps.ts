import type { OperationStep } from '@slipway/operations';
import { forgetFormerLogin } from '../database/formerLogins';
import { hasMadeAnything } from '../database/hasMadeAnything';
import { finishAllLogins } from '../database/personalLogins';
import {
  load,
  PATIENT,
  repeatable,
  scopesOf,
  workloadSecret,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

/** Removes everything that was made for a database, and what is kept about it that is secret. */
export function removalSteps(
  deps: StepDeps,
  enters: string,
): OperationStep<OperationInput>[] {
  return [
    {
      id: 'destroy',
      title: 'Remove the database and its roles from the server',
      enters,
      retry: PATIENT,
      pauseScopes: scopesOf,
      async run(context) {
        const { provider, target } = await load(deps, context);
        if (!(await hasMadeAnything(deps.knex, target.id))) {
          const { status } = await repeatable(() =>
            provider.observe(target, { signal: context.signal }),
          );
          if (status === 'foreign') {
            await context.report(
              `"${target.externalName}" on ${provider.title} is not ours and stays as it is`,
            );
            return;
          }
        }
        await repeatable(() => provider.destroy(target, writeContext(context)));
      },
      async observe(context) {
        const { provider, target } = await load(deps, context);
        const seen = await repeatable(() =>
          provider.observe(target, { signal: context.signal }),
        );
        // Roles may remain when the database is gone, so "partial" is not done.
        return seen.status === 'absent'
          ? { status: 'done' }
          : { status: 'absent' };
      },
    },
    {
      id: 'forget-secrets',
      title: 'Forget its passwords',
      async run(context) {
        const { record } = await load(deps, context);
        // Also those of rotations that failed on their way.
        await deps.secrets.removeAll(workloadSecret(record.id, 1).id);
        await context.transact(async trx => {
          await finishAllLogins(trx, record.id);
          await forgetFormerLogin(trx, record.id);
        });
      },
    },
  ];
}
