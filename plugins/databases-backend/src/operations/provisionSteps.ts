import { TerminalError, type OperationStep } from '@slipway/operations';
import type { DatabaseSpec } from '@slipway/plugin-databases-node';
import {
  load,
  PATIENT,
  repeatable,
  scopesOf,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

/** The provider's own steps of making a database. */
export function provisionSteps(
  deps: StepDeps,
  providerId: string,
  // What was asked for when the operation was accepted: the steps stay the same until it ends.
  spec: DatabaseSpec,
): OperationStep<OperationInput>[] {
  const steps = deps.providers.get(providerId).steps(spec);
  return steps.map(({ id, title }, index) => ({
    id,
    title,
    enters: index === 0 ? 'provisioning' : undefined,
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider, target } = await load(deps, context);
      await context.intend('database', target.externalName);
      await repeatable(() =>
        provider.ensure(id, { target, spec }, writeContext(context)),
      );
    },
    async observe(context) {
      const { provider, target } = await load(deps, context);
      const seen = await repeatable(() =>
        provider.observe(target, { signal: context.signal, spec }),
      );
      if (seen.status === 'foreign') {
        throw new TerminalError(
          `"${target.externalName}" is on ${provider.title} already and is not ours`,
        );
      }
      return seen.doneSteps.includes(id)
        ? { status: 'done' }
        : { status: 'absent' };
    },
  }));
}
