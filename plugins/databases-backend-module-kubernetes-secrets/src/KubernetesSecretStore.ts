import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Secret } from '@kubernetes/client-node';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  checkSecretId,
  checkSecretRef,
  checkSecretValue,
  isSameSecret,
  RetryableError,
  secretName,
  TerminalError,
  type SecretRef,
  type SecretStore,
} from '@slipway/plugin-databases-node';
import { statusOf, toStoreError } from './errors';
import type { SecretsApi } from './SecretsApi';

const MANAGED_BY = 'app.kubernetes.io/managed-by';
const OURS = 'slipway';
const ID = 'slipway.dev/secret-id';
/** How often a change is tried that others come before. */
const ATTEMPTS = 12;
/** The longest rest before the next attempt, in milliseconds. */
const REST_MS = 40;

/**
 * Secrets in a namespace of Kubernetes: one Secret for each id, one key in it for each revision.
 * A label and an annotation with the whole id mark it as ours. Every change names the version that
 * it saw, so that of two replicas one comes first and the other one looks again.
 *
 * @public
 */
export class KubernetesSecretStore implements SecretStore {
  readonly id = 'kubernetes';
  readonly title = 'Secrets of Kubernetes';
  readonly #api: SecretsApi;
  readonly #namespace: string;

  static create(options: {
    api: SecretsApi;
    namespace: string;
  }): KubernetesSecretStore {
    return new KubernetesSecretStore(options);
  }

  private constructor(options: { api: SecretsApi; namespace: string }) {
    this.#api = options.api;
    this.#namespace = options.namespace;
  }

  async write(ref: SecretRef, value: string): Promise<void> {
    checkSecretRef(ref);
    checkSecretValue(value);
    const data = { [keyOf(ref)]: Buffer.from(value).toString('base64') };
    await this.#change(async () => {
      const found = await this.#find(ref.id);
      if (!found) {
        return this.#create(ref.id, data);
      }
      if (!isOurs(found, ref.id)) {
        throw new TerminalError(
          `The Secret '${secretName(ref.id)}' in the namespace '${this.#namespace}' is not ours and stays as it is. Remove it, or give it another name.`,
        );
      }
      const held = valueOf(found, ref);
      if (held === undefined) {
        return this.#replace({ ...found, data: { ...found.data, ...data } });
      }
      if (!isSameSecret(held, value)) {
        throw new ConflictError(
          `Revision ${ref.revision} of the secret '${ref.id}' holds another value`,
        );
      }
      return true;
    });
  }

  async read(ref: SecretRef): Promise<string> {
    checkSecretRef(ref);
    const found = await this.#find(ref.id);
    const value =
      found && isOurs(found, ref.id) ? valueOf(found, ref) : undefined;
    if (value === undefined) {
      throw new NotFoundError(
        `There is no revision ${ref.revision} of the secret '${ref.id}'`,
      );
    }
    return value;
  }

  async remove(ref: SecretRef): Promise<void> {
    checkSecretRef(ref);
    await this.#change(async () => {
      const found = await this.#find(ref.id);
      if (!found || !isOurs(found, ref.id)) return true;
      const { [keyOf(ref)]: removed, ...data } = found.data ?? {};
      if (removed === undefined) return true;
      return Object.keys(data).length
        ? this.#replace({ ...found, data })
        : this.#delete(found);
    });
  }

  async removeAll(id: string): Promise<void> {
    checkSecretId(id);
    await this.#change(async () => {
      const found = await this.#find(id);
      return !found || !isOurs(found, id) || this.#delete(found);
    });
  }

  /** @param attempt - looks and changes; false when somebody else came between */
  async #change(attempt: () => Promise<boolean>): Promise<void> {
    for (let tried = 0; tried < ATTEMPTS; tried += 1) {
      if (await attempt()) return;
      await sleep(Math.random() * REST_MS);
    }
    throw new RetryableError(
      `Others keep changing the same Secret in the namespace '${this.#namespace}'.`,
    );
  }

  async #find(id: string): Promise<V1Secret | undefined> {
    const name = secretName(id);
    try {
      return await this.#api.readNamespacedSecret({
        name,
        namespace: this.#namespace,
      });
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw toStoreError(error, this.#namespace);
    }
  }

  async #create(id: string, data: V1Secret['data']): Promise<boolean> {
    return this.#unlessOvertaken([409], () =>
      this.#api.createNamespacedSecret({
        namespace: this.#namespace,
        body: {
          metadata: {
            name: secretName(id),
            labels: { [MANAGED_BY]: OURS },
            annotations: { [ID]: id },
          },
          type: 'Opaque',
          data,
        },
      }),
    );
  }

  async #replace(body: V1Secret): Promise<boolean> {
    return this.#unlessOvertaken([404, 409], () =>
      this.#api.replaceNamespacedSecret({
        name: body.metadata?.name ?? '',
        namespace: this.#namespace,
        body,
      }),
    );
  }

  async #delete({ metadata }: V1Secret): Promise<boolean> {
    return this.#unlessOvertaken([404, 409], () =>
      this.#api.deleteNamespacedSecret({
        name: metadata?.name ?? '',
        namespace: this.#namespace,
        body: {
          preconditions: {
            uid: metadata?.uid,
            resourceVersion: metadata?.resourceVersion,
          },
        },
      }),
    );
  }

  async #unlessOvertaken(
    statuses: number[],
    call: () => Promise<unknown>,
  ): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      const status = statusOf(error);
      if (status !== undefined && statuses.includes(status)) return false;
      throw toStoreError(error, this.#namespace);
    }
  }
}

function keyOf({ revision }: SecretRef): string {
  return `revision-${revision}`;
}

function isOurs({ metadata }: V1Secret, id: string): boolean {
  return (
    metadata?.labels?.[MANAGED_BY] === OURS && metadata.annotations?.[ID] === id
  );
}

function valueOf(secret: V1Secret, ref: SecretRef): string | undefined {
  const held = secret.data?.[keyOf(ref)];
  return held === undefined
    ? undefined
    : Buffer.from(held, 'base64').toString();
}
