import {
  isOperationError,
  type OperationDefinition,
} from '@slipway/operations';
import { mayHaveStaged } from '../database/mayHaveStaged';
import { WITHDRAW_STEP } from './stepIds';
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

type UndoStep = NonNullable<
  OperationDefinition<OperationInput>['undo']
>[number];

/**
 * Turns off the login that an operation set up and did not hand over, and forgets its password:
 * no login works that nobody was given.
 */
export function withdrawLogin(deps: StepDeps): UndoStep {
  return {
    id: WITHDRAW_STEP,
    title: 'Turn off the login that was not handed over',
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      // The password comes first: without it the server was told of no login.
      if (!context.outputs['seal-password']) return;
      const { record, provider, target } = await load(deps, context);
      const { slot = 'a', revision = 1 } = context.input;
      const inUse = record.workload_slot;
      if (inUse === slot && record.workload_revision === revision) {
        return; // Handed over; what failed came after it.
      }
      const { credentials } = provider;
      const write = writeContext(context);
      const isKnownThere = await mayHaveStaged(deps.knex, context.operationId);
      await repeatable(async () => {
        if (!isKnownThere) return;
        const { status } = await provider.observe(target, {
          signal: context.signal,
        });
        if (status === 'absent') return;
        if (!inUse) {
          await credentials.revokeAll(target, write);
          return;
        }
        try {
          await credentials.retire(target, slot, write);
        } catch (error) {
          if (!isOperationError(error, 'TerminalError')) throw error;
          // The server may have it as the one to use already, although nobody was told.
          await credentials.activate(target, inUse, write);
          await credentials.retire(target, slot, write);
        }
      });
      await deps.secrets.remove(workloadSecret(target.id, revision));
    },
  };
}
