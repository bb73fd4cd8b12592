import type { JsonObject } from '@backstage/types';
import { Machine, defineOperation } from '../machine';
import type { StepContext } from '../definitions';

/** The outside, as far as the tests' operations see it: it makes things by name. */
export interface Outside {
  /** Makes a thing, or finds it made; refuses a fence older than one it has seen. May be cut short by the signal. */
  make(name: string, fence: bigint, signal: AbortSignal): Promise<void>;
  exists(name: string): Promise<boolean>;
  /** Removes a thing; gone is also fine. Refuses an older fence likewise. */
  remove(name: string, fence: bigint): Promise<void>;
}

/**
 * A machine with two outside effects and a row of the plugin's own: enough to go wrong in every
 * way that matters.
 */
export function createDockMachine(outside: Outside): Machine {
  const effect = (id: string, enters?: string) => ({
    id,
    title: `Make the ${id}`,
    enters,
    retry: { baseDelayMs: 10, maxDelayMs: 50, maxAttempts: 50 },
    timeoutMs: 10_000,
    pauseScopes: () => ['provider:dock'],
    async run(context: StepContext) {
      const name = await context.intend(id, `${id}-${context.resource.id}`);
      await outside.make(name, context.fence, context.signal);
      return { name };
    },
    async observe(context: StepContext) {
      const name = context.intents[id];
      return name && (await outside.exists(name))
        ? { status: 'done' as const, output: { name } }
        : { status: 'absent' as const };
    },
  });
  return Machine.create(
    {
      kind: 'dock',
      initial: 'requested',
      transitions: {
        requested: ['building', 'failed', 'gone'],
        building: ['checking', 'failed', 'uncertain', 'clearing', 'gone'],
        checking: ['ready', 'failed', 'uncertain', 'clearing'],
        uncertain: ['building', 'checking', 'failed', 'clearing'],
        ready: ['building', 'failed'],
        failed: ['building'],
        clearing: ['gone', 'uncertain'],
        gone: [],
      },
    },
    [
      defineOperation<JsonObject>({
        type: 'build',
        title: 'Build a dock',
        from: ['requested', 'ready', 'failed'],
        succeeds: 'ready',
        fails: 'failed',
        uncertain: 'uncertain',
        steps: [
          effect('basin', 'building'),
          {
            ...effect('record'),
            observe: undefined,
            async run(context) {
              await context.transact(async trx => {
                await trx('docks')
                  .insert({ operation_id: context.operationId })
                  .onConflict()
                  .ignore();
              });
            },
          },
          effect('gate', 'checking'),
        ],
        cancel: {
          ends: 'gone',
          atOnceFrom: ['requested'],
          undo: [
            {
              id: 'clear',
              title: 'Clear the site',
              enters: 'clearing',
              retry: { baseDelayMs: 10, maxDelayMs: 50, maxAttempts: 50 },
              async run({ resource, fence }) {
                for (const part of ['basin', 'gate']) {
                  await outside.remove(`${part}-${resource.id}`, fence);
                }
              },
              async observe({ resource }) {
                const left = await Promise.all(
                  ['basin', 'gate'].map(part =>
                    outside.exists(`${part}-${resource.id}`),
                  ),
                );
                return { status: left.includes(true) ? 'absent' : 'done' };
              },
            },
          ],
        },
      }),
    ],
  );
}
