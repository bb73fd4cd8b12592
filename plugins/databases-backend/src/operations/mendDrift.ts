import {
  defineOperation,
  isOperationError,
  type OperationStep,
  type StepContext,
} from '@slipway/operations';
import type { ObservedDrift } from '@slipway/plugin-databases-node';
import { driftSentence } from '../services/driftSentence';
import {
  load,
  repeatable,
  scopesOf,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

/** The operation that puts back what somebody has changed on the server. */
export const MEND = 'mend';

/**
 * Few, and not for long: meanwhile nothing else can be done to the database, and whoever keeps it from being mended must not
 * keep it from being suspended as well. The regular look comes back to what is left.
 */
const ATTEMPTS = 3;
const QUICK = { maxAttempts: ATTEMPTS, maxDelayMs: 5_000 };

/** Begun by the regular look at what is on the server, see `DriftWatch`. */
export function mend(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: MEND,
    title: 'Put back what was changed on the server',
    from: ['ready'],
    steps: [mendDrift(deps)],
    cancel: {
      undo: [
        {
          id: 'leave',
          title: 'Leave what is put back already as it is',
          async run() {},
        },
      ],
    },
  });
}

/**
 * Brings everything on the server to what it should be, and says on the timeline what was not so. Runs the provider's
 * steps also when nothing differs: a look from outside does not see everything that they mend.
 *
 * @param options - `isExtra`: the operation has done what it is for, and does not fail by this
 */
export function mendDrift(
  deps: StepDeps,
  options: { isExtra?: boolean } = {},
): OperationStep<OperationInput> {
  return {
    id: 'mend-drift',
    title: 'Put back what was changed on the server',
    retry: QUICK,
    pauseScopes: scopesOf,
    async run(context) {
      try {
        const mended = await putBack(deps, context);
        if (mended.length) {
          await context.report(`Put back: ${driftSentence(mended)}`);
        }
      } catch (error) {
        const isOver =
          isOperationError(error, 'TerminalError') ||
          (isOperationError(error, 'RetryableError') &&
            context.attempt >= ATTEMPTS);
        if (!options.isExtra || !isOver) throw error;
        await context.report(
          `What was changed on the server is not put back yet, and is looked at again: ${error.message}`,
        );
      }
    },
  };
}

/** What was not as it should be, and is so now. */
async function putBack(
  deps: StepDeps,
  context: StepContext<OperationInput>,
): Promise<ObservedDrift[]> {
  const { provider, target, spec } = await load(deps, context);
  const { signal } = context;
  const drift = async () =>
    (await repeatable(() => provider.observe(target, { signal, spec }))).drift;
  const before = await drift();
  for (const { id } of provider.steps(spec)) {
    await repeatable(() =>
      provider.ensure(id, { target, spec }, writeContext(context)),
    );
  }
  const left = new Set((await drift()).map(({ what }) => what));
  return before.filter(({ what }) => !left.has(what));
}
