import type { TemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import type { StepContext } from '../lib/StepContext';

/**
 * Runs an action of upstream's as a part of ours.
 *
 * @remarks
 *
 * Its checkpoints are not kept: we look at the host instead, which also knows
 * what was removed since. Its outputs are ours to give.
 */
export async function runUpstream<
  TInput extends JsonObject,
  TOutput extends JsonObject,
>(
  action: TemplateAction<TInput, TOutput>,
  ctx: StepContext,
  input: TInput,
  signal: AbortSignal | undefined = ctx.signal,
): Promise<void> {
  await action.handler({
    ...ctx,
    input,
    signal,
    checkpoint: async ({ fn }) => fn(),
    output: () => undefined,
  });
}
