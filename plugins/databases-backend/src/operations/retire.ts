import { defineOperation } from '@slipway/operations';
import { noteInUse } from '../database/formerLogins';
import { forgetFormer } from './forgetFormer';
import { mendDrift } from './mendDrift';
import {
  load,
  PATIENT,
  repeatable,
  scopesOf,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

/** The operation that turns the former login of an application off. */
export const RETIRE = 'retire';

/** The database stays what it is meanwhile, and is used as before with the login in use. */
export function retire(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: RETIRE,
    title: 'Turn the former login off',
    from: ['ready'],
    steps: [
      {
        id: 'retire-login',
        title: 'Turn the former login off',
        retry: PATIENT,
        pauseScopes: scopesOf,
        async run(context) {
          const { record, provider, target } = await load(deps, context);
          const { slot = 'a', isByHand } = context.input;
          // The last one that works is never turned off.
          if (record.workload_slot === slot) return {};
          if (!isByHand && provider.credentials.sessions) {
            // Begun because nobody was seen with it. That was a moment ago.
            const sessions = await provider.credentials.sessions([target], {
              signal: context.signal,
            });
            if (sessions.some(each => each.slot === slot)) {
              await context.transact(trx => noteInUse(trx, target.id));
              await context.report(
                'Somebody uses the former login again, so that it stays on',
              );
              return { stays: true };
            }
          }
          await repeatable(() =>
            provider.credentials.retire(target, slot, writeContext(context)),
          );
          await forgetFormer(deps, context);
          return {};
        },
      },
      // What the former one could change is put back.
      mendDrift(deps, { isExtra: true }),
    ],
  });
}
