import { defineOperation, type OperationStep } from '@slipway/operations';
import type { DatabaseSpec } from '@slipway/plugin-databases-node';
import { changeSpec } from '../database/changeSpec';
import type { StoredSpec } from '../database/rows';
import {
  load,
  PATIENT,
  repeatable,
  scopesOf,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

/** The operation that gives a database another size. */
export const RESIZE = 'resize';

/**
 * Gives a database another size: the steps that made it run again with the new one. What was asked for is a revision from the
 * moment in which all of them are done; when one fails, they run with the size that it had.
 */
export function resize(deps: StepDeps) {
  const undo = takeBack(deps);
  return defineOperation<OperationInput>({
    type: RESIZE,
    title: 'Change the size of the database',
    from: ['ready'],
    succeeds: 'ready',
    fails: 'ready',
    steps: ({ providerId, spec }) => resizeSteps(deps, providerId, spec!),
    undo: [undo],
    cancel: { undo: [undo] },
    async settled(trx, { operation, resource, outcome }) {
      const { storedSpec } = operation.input as OperationInput;
      if (outcome === 'succeeded' && storedSpec) {
        await changeSpec(trx, resource.id, {
          spec: storedSpec as unknown as StoredSpec,
          actor: operation.actor,
        });
      }
    },
  });
}

function resizeSteps(
  deps: StepDeps,
  providerId: string,
  spec: DatabaseSpec,
): OperationStep<OperationInput>[] {
  return deps.providers
    .get(providerId)
    .steps(spec)
    .map(({ id, title }, index) => ({
      id,
      title,
      enters: index === 0 ? 'updating' : undefined,
      retry: PATIENT,
      pauseScopes: scopesOf,
      async run(context) {
        const { provider, target } = await load(deps, context);
        await repeatable(() =>
          provider.ensure(id, { target, spec }, writeContext(context)),
        );
      },
    }));
}

function takeBack(
  deps: StepDeps,
): Omit<OperationStep<OperationInput>, 'enters'> {
  return {
    id: 'take-back',
    title: 'Give it the size that it had',
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider, target, spec } = await load(deps, context);
      for (const { id } of provider.steps(spec)) {
        await repeatable(() =>
          provider.ensure(id, { target, spec }, writeContext(context)),
        );
      }
    },
  };
}
