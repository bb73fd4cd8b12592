import { defineOperation, Machine } from '@slipway/operations';
import {
  databaseTransitions,
  type DatabaseState,
} from '@slipway/plugin-databases-common';
import { otherSlot } from '@slipway/plugin-databases-node';
import { hasMadeAnything } from '../database/hasMadeAnything';
import { finishAllLogins } from '../database/personalLogins';
import { credentialSteps } from './credentialSteps';
import { provisionSteps } from './provisionSteps';
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
        from: ['requested', 'failed'],
        succeeds: 'ready',
        fails: 'failed',
        uncertain: 'uncertain',
        steps: ({ providerId, spec }) => [
          ...(spec ? provisionSteps(deps, providerId, spec) : []),
          ...credentialSteps(deps, { verifyEnters: 'verifying' }),
        ],
        undo: [withdrawLogin(deps)],
        async settled(trx, { resource, outcome, outputs }) {
          if (outcome === 'succeeded') {
            await trx('databases')
              .where({ id: resource.id })
              .update({
                endpoint: JSON.stringify(outputs['stage-login'].endpoint),
              });
          }
        },
      }),
      suspend(deps),
      resume(deps),
      rotate(deps),
      removal(deps, {
        type: 'purge',
        title: 'Purge the database',
        from: ['suspended', 'orphaned'],
        enters: 'purging',
      }),
      removal(deps, {
        type: 'clean',
        title: 'Clean up what was made',
        from: ['failed', 'orphaned'],
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
    steps: [
      {
        id: 'destroy',
        title: 'Remove the database and its roles from the server',
        enters: options.enters,
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
          await repeatable(() =>
            provider.destroy(target, writeContext(context)),
          );
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
          await context.transact(trx => finishAllLogins(trx, record.id));
        },
      },
    ],
    async settled(trx, { resource, outcome }) {
      if (outcome === 'succeeded') {
        await trx('databases')
          .where({ id: resource.id })
          .update({ deleted_at: trx.fn.now(), endpoint: null });
      }
    },
  });
}
