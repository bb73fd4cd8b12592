import { defineOperation, Machine } from '@slipway/operations';
import {
  databaseTransitions,
  type DatabaseState,
} from '@slipway/plugin-databases-common';
import { otherSlot } from '@slipway/plugin-databases-node';
import { markDeleted } from '../database/markDeleted';
import { finishAllLogins } from '../database/personalLogins';
import {
  askApproval,
  callOffOrder,
  checkApproval,
  decline,
  withdrawQuestion,
} from './approvalSteps';
import { awaitBackup } from './awaitBackup';
import { backup } from './backup';
import { fillFromBackup } from './backupSteps';
import { credentialSteps } from './credentialSteps';
import { extend } from './extend';
import { forgetFormer } from './forgetFormer';
import { handOn } from './handOn';
import { mend, mendDrift } from './mendDrift';
import { provisionSteps } from './provisionSteps';
import { removalSteps } from './removalSteps';
import { renew } from './renew';
import { resize } from './resize';
import { restore } from './restore';
import { retire } from './retire';
import { revoke } from './revoke';
import { ACTIVATE_STEP, STAGE_STEP } from './stepIds';
import { switchBack } from './switchBack';
import { withdrawLogin } from './withdrawLogin';
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

/** The kind of resource that a database is for `@slipway/operations`. */
export const DATABASE_KIND = 'database';

/** The states of databases and what is done to them. */
export function createDatabasesMachine(deps: StepDeps): Machine {
  return Machine.create(
    {
      kind: DATABASE_KIND,
      initial: 'requested' satisfies DatabaseState,
      transitions: databaseTransitions,
    },
    [
      defineOperation<OperationInput>({
        type: 'create',
        title: 'Create the database',
        from: ['requested', 'awaiting-approval', 'failed'],
        succeeds: 'ready',
        fails: 'failed',
        uncertain: 'uncertain',
        steps: ({
          providerId,
          spec,
          approvalRule,
          restoreFrom,
          awaitsBackup,
        }) => [
          ...(approvalRule ? [checkApproval(deps)] : []),
          ...(awaitsBackup ? [awaitBackup(deps)] : []),
          ...(spec ? provisionSteps(deps, providerId, spec) : []),
          ...(restoreFrom ? [fillFromBackup(deps)] : []),
          ...credentialSteps(deps, { verifyEnters: 'verifying' }),
        ],
        undo: [withdrawLogin(deps)],
        // It was never handed over, so that nobody's data is in it, whatever was made.
        cancel: {
          ends: 'deleted',
          atOnceFrom: ['requested'],
          undo: removalSteps(deps, 'cleaning'),
        },
        async settled(trx, { resource, outcome, outputs }) {
          if (outcome === 'cancelled') {
            await markDeleted(trx, resource.id);
          }
          if (outcome === 'succeeded') {
            await trx('databases')
              .where({ id: resource.id })
              .update({
                endpoint: JSON.stringify(outputs[STAGE_STEP].endpoint),
              });
          }
        },
      }),
      askApproval(deps),
      decline(),
      callOffOrder(deps),
      suspend(deps),
      resume(deps),
      rotate(deps),
      renew(deps),
      switchBack(deps),
      retire(deps),
      revoke(deps),
      backup(deps),
      restore(deps),
      resize(deps),
      extend(deps),
      handOn(deps),
      mend(deps),
      removal(deps, {
        type: 'purge',
        title: 'Purge the database',
        from: ['suspended', 'orphaned'],
        enters: 'purging',
      }),
      removal(deps, {
        type: 'clean',
        title: 'Clean up what was made',
        // Also an order that is cancelled while it is asked about anew, after a part of it was made.
        from: ['failed', 'orphaned', 'awaiting-approval'],
        enters: 'cleaning',
      }),
    ],
  );
}

function suspend(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: 'suspend',
    title: 'Suspend the database',
    from: ['ready'],
    succeeds: 'suspended',
    steps: [
      {
        id: 'turn-logins-off',
        title: 'Turn logins off and end sessions',
        retry: PATIENT,
        pauseScopes: scopesOf,
        async run(context) {
          const { provider, target } = await load(deps, context);
          await repeatable(() =>
            provider.suspend(target, writeContext(context)),
          );
          await context.transact(trx => finishAllLogins(trx, target.id));
          // Resuming turns on the login in use only.
          await forgetFormer(deps, context);
        },
      },
    ],
    async settled(trx, { resource, outcome }) {
      if (outcome !== 'succeeded') {
        // It stays ready, so it is not on its way out.
        await trx('databases')
          .where({ id: resource.id })
          .update({ purge_after: null });
      }
    },
  });
}

function resume(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: 'resume',
    title: 'Resume the database',
    from: ['suspended'],
    succeeds: 'ready',
    steps: [
      {
        id: 'turn-login-on',
        title: 'Turn the application’s login on',
        retry: PATIENT,
        pauseScopes: scopesOf,
        async run(context) {
          const { provider, target } = await load(deps, context);
          await repeatable(() =>
            provider.resume(target, writeContext(context)),
          );
        },
      },
    ],
    async settled(trx, { resource, outcome }) {
      if (outcome === 'succeeded') {
        await trx('databases')
          .where({ id: resource.id })
          .update({ purge_after: null });
      }
    },
  });
}

/** What the version before begins; `renew` is in its place now. The former login is turned off at once. */
function rotate(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: 'rotate',
    title: 'Replace the application’s login',
    from: ['ready'],
    succeeds: 'ready',
    // The login in use is untouched until the new one is proven.
    fails: 'ready',
    uncertain: 'uncertain',
    undo: [withdrawLogin(deps)],
    // Once the application may have the new login, only the old one is left to be turned off.
    cancel: { undo: [withdrawLogin(deps)], before: ACTIVATE_STEP },
    steps: [
      ...credentialSteps(deps, { enters: 'rotating' }),
      {
        id: 'retire-login',
        title: 'Turn the old login off',
        retry: PATIENT,
        pauseScopes: scopesOf,
        async run(context) {
          const { provider, target } = await load(deps, context);
          const { slot = 'a', revision = 1 } = context.input;
          await repeatable(() =>
            provider.credentials.retire(
              target,
              otherSlot(slot),
              writeContext(context),
            ),
          );
          for (let old = revision - 1; old > 0; old -= 1) {
            await deps.secrets.remove(workloadSecret(target.id, old));
          }
        },
      },
      // Last, so that it holds up no new login. What the old one could change is put back.
      mendDrift(deps, { isExtra: true }),
    ],
  });
}

function removal(
  deps: StepDeps,
  options: { type: string; title: string; from: string[]; enters: string },
) {
  return defineOperation<OperationInput>({
    type: options.type,
    title: options.title,
    from: options.from,
    succeeds: 'deleted',
    fails: 'orphaned',
    steps: input => [
      ...removalSteps(deps, options.enters),
      ...(input.withdrawsQuestion ? [withdrawQuestion(deps)] : []),
    ],
    async settled(trx, { resource, outcome }) {
      if (outcome === 'succeeded') {
        await markDeleted(trx, resource.id);
      }
    },
  });
}
