import { randomBytes, randomUUID } from 'node:crypto';
import { WorkloadSlot } from '../credentials';
import {
  DatabaseProvider,
  DatabaseSpec,
  DatabaseTarget,
  WriteContext,
} from '../provider';
import { ConformanceHarness, ConformanceSession } from './types';

/** Higher than any that a test uses. */
const LAST_FENCE = 1_000_000n;

/**
 * A database that a test made, with what the portal would know about it.
 * @internal
 */
export interface Subject {
  target: DatabaseTarget;
  spec: DatabaseSpec;
}

/**
 * Helps the tests to say what they mean. Fences rise with each call, as they do
 * with workers that take over from each other.
 *
 * @internal
 */
export class World {
  #fence = 100n;
  readonly #subjects: Subject[] = [];
  readonly #sessions: ConformanceSession[] = [];

  constructor(readonly harness: ConformanceHarness) {}

  get provider(): DatabaseProvider {
    return this.harness.provider;
  }

  context(fence = (this.#fence += 1n)): WriteContext {
    return { idempotencyKey: randomUUID(), fence };
  }

  /** One that was ordered; nothing is made yet. */
  order(name = `c-${randomBytes(4).toString('hex')}-db`): Subject {
    const id = randomUUID();
    const subject = {
      target: { id, externalName: this.provider.externalName({ id, name }) },
      spec: this.harness.spec(name),
    };
    this.#subjects.push(subject);
    return subject;
  }

  async ensureAll(subject: Subject, context?: WriteContext): Promise<void> {
    for (const step of this.provider.steps(subject.spec)) {
      await this.provider.ensure(step.id, subject, context ?? this.context());
    }
  }

  async provision(): Promise<Subject> {
    const subject = this.order();
    await this.ensureAll(subject);
    return subject;
  }

  /** A workload login that is active. */
  async activate(subject: Subject, slot: WorkloadSlot = 'a') {
    const { credentials } = this.provider;
    const password = newPassword();
    const login = await credentials.stage(
      subject.target,
      { slot, password },
      this.context(),
    );
    await credentials.activate(subject.target, slot, this.context());
    return { ...login, password };
  }

  async connect(
    login: Parameters<ConformanceHarness['connect']>[0],
  ): Promise<ConformanceSession> {
    const session = await this.harness.connect(login);
    this.#sessions.push(session);
    return session;
  }

  async isRefused(
    login: Parameters<ConformanceHarness['connect']>[0],
  ): Promise<boolean> {
    try {
      await this.connect(login);
      return false;
    } catch {
      return true;
    }
  }

  /** Ends sessions and removes what the tests made. */
  async cleanUp(): Promise<void> {
    await Promise.allSettled(this.#sessions.splice(0).map(s => s.close()));
    for (const { target } of this.#subjects.splice(0)) {
      await this.provider.destroy(target, this.context(LAST_FENCE));
    }
  }
}

/** @internal */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}
