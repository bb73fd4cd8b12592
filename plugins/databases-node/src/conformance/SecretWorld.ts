import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { SecretRef, SecretStore } from '../secretStore';
import { EmbeddedSecretStoreHarness, SecretStoreHarness } from './secretTypes';

/**
 * Helps the tests to say what they mean, and looks at every error for values.
 *
 * @internal
 */
export class SecretWorld {
  readonly #ids = new Set<string>();
  readonly #values = new Set<string>();
  readonly #before: string[];

  /** @param before - the inventory before any test */
  constructor(
    readonly harness: EmbeddedSecretStoreHarness | SecretStoreHarness,
    before: string[],
  ) {
    this.#before = before;
  }

  /** Of a store on a server that others use too. */
  get shared(): SecretStoreHarness {
    if (!('plantForeign' in this.harness)) {
      throw new Error('This store is embedded');
    }
    return this.harness;
  }

  get line() {
    return this.harness.line;
  }

  open(): SecretStore {
    return this.harness.open();
  }

  id(name = `database/${randomUUID()}/workload`): string {
    this.#ids.add(name);
    return name;
  }

  ref(revision = 1): SecretRef {
    return { id: this.id(), revision };
  }

  /** A value that is looked for in every error. */
  value(value = randomBytes(18).toString('base64url')): string {
    this.#values.add(value);
    return value;
  }

  /** Fails unless it fails with an error of this name that tells no value. */
  async failure(
    call: Promise<unknown>,
    name: string,
    message = /./,
  ): Promise<Error> {
    const error = await call.then(
      () => assert.fail(`It should have failed with ${name}`),
      reason => reason as Error,
    );
    this.assertTellsNoValue(error);
    assert.equal(error.name, name, inspect(error));
    assert.match(error.message, message);
    return error;
  }

  assertTellsNoValue(error: unknown): void {
    const text = inspect(error, {
      depth: 12,
      showHidden: true,
      maxStringLength: null,
      maxArrayLength: null,
    });
    for (const value of this.#values) {
      const bytes = Buffer.from(value);
      for (const form of [
        value,
        bytes.toString('base64'),
        bytes.toString('hex'),
        encodeURIComponent(bytes.toString()),
        JSON.stringify(value).slice(1, -1),
      ]) {
        assert.ok(!text.includes(form), 'An error tells a value');
      }
    }
  }

  async isAbsent(store: SecretStore, ref: SecretRef): Promise<void> {
    await this.failure(store.read(ref), 'NotFoundError');
  }

  /** Whether only what was there before the tests is there. */
  async isClean(): Promise<void> {
    assert.deepEqual(await this.harness.inventory(), this.#before);
  }

  /** Mends the line and removes what a test made. */
  async cleanUp(): Promise<void> {
    this.line.restore();
    const store = this.open();
    for (const id of this.#ids) {
      await store.removeAll(id);
    }
    this.#ids.clear();
    this.#values.clear();
  }
}
