import { randomUUID } from 'node:crypto';
import { DatabaseTarget, WriteContext } from '@slipway/plugin-databases-node';
import type { PostgresHarness } from './startHarness';

/** Hands out contexts of which each makes those before it stale. */
export function freshContexts(): () => WriteContext {
  let fence = 1n;
  return () => ({ idempotencyKey: randomUUID(), fence: (fence += 1n) });
}

/** Makes a database whose application can log in with this password, in the slot `a`. */
export async function provisionTenant(
  harness: PostgresHarness,
  options: { name: string; password: string; context: () => WriteContext },
) {
  const { name, password, context } = options;
  const { provider } = harness;
  const id = randomUUID();
  const target: DatabaseTarget = {
    id,
    externalName: provider.externalName({ id, name }),
  };
  const request = { target, spec: harness.spec(name) };
  for (const step of provider.steps()) {
    await provider.ensure(step.id, request, context());
  }
  await provider.credentials.stage(target, { slot: 'a', password }, context());
  await provider.credentials.activate(target, 'a', context());
  return request;
}
