import { randomUUID } from 'node:crypto';
import type {
  DatabaseProvider,
  EnsureRequest,
  WriteContext,
} from '@slipway/plugin-databases-node';
import type { RdsHarness } from './startHarness';

/** What the portal would ask for. */
export function order(harness: RdsHarness, name = 'orders-db'): EnsureRequest {
  const id = randomUUID();
  return {
    target: { id, externalName: harness.provider.externalName({ id, name }) },
    spec: harness.spec(name),
  };
}

export function contextOf(fence = 1n): WriteContext {
  return { idempotencyKey: randomUUID(), fence };
}

export async function ensureAll(
  provider: DatabaseProvider,
  request: EnsureRequest,
  fence?: bigint,
): Promise<void> {
  for (const { id } of provider.steps(request.spec)) {
    await provider.ensure(id, request, contextOf(fence));
  }
}
