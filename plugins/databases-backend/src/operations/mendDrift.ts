import { defineOperation, type OperationStep } from '@slipway/operations';
import { driftSentence } from '../services/driftSentence';
import {
  load,
  PATIENT,
  repeatable,
  scopesOf,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

/** The operation that puts back what somebody has changed on the server. */
export const MEND = 'mend';

/** Begun by the regular look at what is on the server, see `DriftWatch`. */
export function mend(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: MEND,
    title: 'Put back what was changed on the server',
    from: ['ready'],
    steps: [mendDrift(deps)],
  });
}

/**
 * Brings everything on the server to what it should be, and says on the timeline what was not so. Runs the provider's
 * steps also when nothing differs: a look from outside does not see everything that they mend.
 */
export function mendDrift(deps: StepDeps): OperationStep<OperationInput> {
  return {
    id: 'mend-drift',
    title: 'Put back what was changed on the server',
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider, target, spec } = await load(deps, context);
      const { signal } = context;
      const drift = async () =>
        (await repeatable(() => provider.observe(target, { signal, spec })))
          .drift;
      const before = await drift();
      for (const { id } of provider.steps(spec)) {
        await repeatable(() =>
          provider.ensure(id, { target, spec }, writeContext(context)),
        );
      }
      const left = new Set((await drift()).map(({ what }) => what));
      const mended = before.filter(({ what }) => !left.has(what));
      if (mended.length) {
        await context.report(`Put back: ${driftSentence(mended)}`);
      }
    },
  };
}
