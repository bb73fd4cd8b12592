import { defineOperation } from '@slipway/operations';
import { credentialSteps } from './credentialSteps';
import { mendDrift } from './mendDrift';
import { ACTIVATE_STEP } from './stepIds';
import type { OperationInput, StepDeps } from './target';
import { withdrawLogin } from './withdrawLogin';

/** The operation that gives the application another login and leaves it the one that it had for a while. */
export const RENEW = 'renew';

/** What is asked for as `rotate`. The former login is turned off by `retire`, when nobody needs it any more. */
export function renew(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: RENEW,
    title: 'Replace the application’s login',
    from: ['ready'],
    succeeds: 'ready',
    // The login in use is untouched until the new one is proven.
    fails: 'ready',
    uncertain: 'uncertain',
    undo: [withdrawLogin(deps)],
    // Once the application may have the new login, it is switched back instead.
    cancel: { undo: [withdrawLogin(deps)], before: ACTIVATE_STEP },
    steps: [
      ...credentialSteps(deps, { enters: 'rotating' }),
      // Last, so that it holds up no new login.
      mendDrift(deps, { isExtra: true }),
    ],
  });
}
