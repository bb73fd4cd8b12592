import { defineOperation } from '@slipway/operations';
import { finishAllLogins } from '../database/personalLogins';
import { credentialSteps } from './credentialSteps';
import { forgetFormer } from './forgetFormer';
import { mendDrift } from './mendDrift';
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
import { withdrawLogin } from './withdrawLogin';

/** The operation for an emergency: every login ends at once, and the application gets a new one. */
export const REVOKE = 'revoke';

/** When a password became known. No wait for anybody: what comes first is that nobody can use what is known. */
export function revoke(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: REVOKE,
    title: 'End all logins and give the application a new one',
    // A failed one is tried again from there: no login works then.
    from: ['ready', 'failed'],
    succeeds: 'ready',
    fails: 'failed',
    uncertain: 'uncertain',
    undo: [withdrawLogin(deps)],
    steps: [
      {
        id: 'revoke-logins',
        title: 'Turn all logins off and end all sessions',
        enters: 'rotating',
        retry: PATIENT,
        pauseScopes: scopesOf,
        async run(context) {
          const { provider, target } = await load(deps, context);
          await repeatable(() =>
            provider.credentials.revokeAll(target, writeContext(context)),
          );
          await context.transact(trx => finishAllLogins(trx, target.id));
        },
      },
      {
        id: 'forget-passwords',
        title: 'Forget their passwords',
        retry: PATIENT,
        async run(context) {
          const { id } = context.resource;
          const { revision = 1 } = context.input;
          await forgetFormer(deps, context);
          for (let old = revision - 1; old > 0; old -= 1) {
            await deps.secrets.remove(workloadSecret(id, old));
          }
        },
      },
      ...credentialSteps(deps),
      mendDrift(deps, { isExtra: true }),
    ],
  });
}
