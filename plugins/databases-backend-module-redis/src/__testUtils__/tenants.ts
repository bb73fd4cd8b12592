import { randomBytes, randomUUID } from 'node:crypto';
import type { PersonalLoginAccess } from '@slipway/plugin-databases-common';
import { WriteContext } from '@slipway/plugin-databases-node';
import { RedisDatabaseProvider } from '../RedisDatabaseProvider';
import { RedisHarness } from './startHarness';

let fence = 1n;

/** What comes with a call; fences rise with each. */
export function context(): WriteContext {
  fence += 1n;
  return { idempotencyKey: randomUUID(), fence };
}

export function order(harness: RedisHarness, name = 'orders-db') {
  const id = randomUUID();
  return {
    target: { id, externalName: harness.provider.externalName({ id, name }) },
    spec: harness.spec(name),
  };
}

export async function ensureAll(
  provider: RedisDatabaseProvider,
  request: ReturnType<typeof order>,
) {
  for (const { id } of provider.steps()) {
    await provider.ensure(id, request, context());
  }
}

/** A database with its application's login in use. */
export async function provision(harness: RedisHarness, name?: string) {
  const { provider } = harness;
  const request = order(harness, name);
  await ensureAll(provider, request);
  const password = newPassword();
  const login = await provider.credentials.stage(
    request.target,
    { slot: 'a', password },
    context(),
  );
  await provider.credentials.activate(request.target, 'a', context());
  return { ...request, login: { ...login, password } };
}

export async function grant(
  { provider }: RedisHarness,
  target: { id: string; externalName: string },
  access: PersonalLoginAccess,
  expiresAt = new Date(Date.now() + 3_600_000),
) {
  const password = newPassword();
  const loginId = randomUUID();
  const login = await provider.credentials.personal.grant(
    target,
    { loginId, person: 'user:default/nora.lind', access, expiresAt, password },
    context(),
  );
  return { ...login, password, loginId };
}

export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** The first word of why the server refused, or `allowed`. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'allowed',
    error => `refused ${error.message.split(' ')[0]}`,
  );
}
