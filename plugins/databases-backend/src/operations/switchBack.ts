import { isError } from '@backstage/errors';
import {
  defineOperation,
  type OperationStep,
  TerminalError,
} from '@slipway/operations';
import { handOver } from '../database/formerLogins';
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

/** The operation that gives the application its former login back. */
export const SWITCH_BACK = 'switch-back';

/** From here on the application may have the former login. */
const GIVE_BACK_STEP = 'give-login-back';

/** The login that is in use until then becomes the former one, and is turned off as such. */
export function switchBack(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: SWITCH_BACK,
    title: 'Give the application its former login back',
    from: ['ready'],
    succeeds: 'ready',
    fails: 'ready',
    uncertain: 'uncertain',
    steps: [
      {
        id: 'try-former-login',
        title: 'Log in with the former login',
        enters: 'rotating',
        retry: PATIENT,
        pauseScopes: scopesOf,
        async run(context) {
          const { provider, target } = await load(deps, context);
          const { slot = 'a', revision = 1 } = context.input;
          const password = await deps.secrets
            .read(workloadSecret(target.id, revision))
            .catch(error => {
              if (!isError(error) || error.name !== 'NotFoundError') {
                throw error;
              }
              throw new TerminalError(
                'The password of the former login is kept no more, so that it cannot be given back.',
              );
            });
          const { passed, checks } = await repeatable(() =>
            provider.credentials.verify(
              target,
              { slot, password },
              { signal: context.signal },
            ),
          );
          if (!passed) {
            const failed = checks.filter(check => !check.passed);
            throw new TerminalError(
              `Not switched back, because this did not hold: ${failed.map(({ title }) => title).join('; ')}`,
            );
          }
        },
      },
      {
        id: GIVE_BACK_STEP,
        title: 'Hand the former login over',
        retry: PATIENT,
        pauseScopes: scopesOf,
        async run(context) {
          const { provider, target } = await load(deps, context);
          const { slot = 'a', revision = 1, undoHours } = context.input;
          await repeatable(() =>
            provider.credentials.activate(target, slot, writeContext(context)),
          );
          await context.transact(trx =>
            handOver(trx, target.id, { slot, revision, undoHours }),
          );
        },
      },
    ],
    undo: [keepLogin(deps)],
    cancel: { undo: [keepLogin(deps)], before: GIVE_BACK_STEP },
  });
}

/** The server may have been told of the other one, although nobody else was. */
function keepLogin(
  deps: StepDeps,
): Omit<OperationStep<OperationInput>, 'enters'> {
  return {
    id: 'keep-login',
    title: 'Keep the login in use',
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      const { record, provider, target } = await load(deps, context);
      const inUse = record.workload_slot;
      if (!inUse) return;
      await repeatable(() =>
        provider.credentials.activate(target, inUse, writeContext(context)),
      );
    },
  };
}
