import { createHash } from 'node:crypto';
import type {
  SecretListEntry,
  SecretsManager,
} from '@aws-sdk/client-secrets-manager';
import { ConflictError, isError, NotFoundError } from '@backstage/errors';
import {
  checkSecretId,
  checkSecretRef,
  checkSecretValue,
  isSameSecret,
  RetryableError,
  SECRET_REVISION_MOST,
  secretName,
  TerminalError,
  type SecretRef,
  type SecretStore,
} from '@slipway/plugin-databases-node';
import { isAbsent, toStoreError } from './errors';

const MANAGED_BY = 'slipway:managed-by';
const OURS = 'slipway';
/** Tags take fewer characters than ids have. */
const ID_HASH = 'slipway:secret-id-sha256';
const PAGE = 100;
/** How many revisions beside the known ones are looked for, since lists are some minutes late. */
const LOOKED_FOR = 3;

/** What is known of a secret without its value. */
type Found = Pick<SecretListEntry, 'ARN' | 'Tags' | 'DeletedDate'>;

/**
 * Secrets in AWS Secrets Manager: one for each revision, made once and never changed, so that its
 * name lets one of two replicas win. Tags mark it as ours. What is removed cannot be restored.
 *
 * @public
 */
export class AwsSecretStore implements SecretStore {
  readonly id = 'aws';
  readonly title = 'AWS Secrets Manager';
  readonly #client: SecretsManager;
  readonly #prefix: string;
  readonly #kmsKeyId: string | undefined;

  static create(options: {
    client: SecretsManager;
    /** What names begin with. */
    prefix: string;
    kmsKeyId?: string;
  }): AwsSecretStore {
    return new AwsSecretStore(options);
  }

  private constructor(options: {
    client: SecretsManager;
    prefix: string;
    kmsKeyId?: string;
  }) {
    this.#client = options.client;
    this.#prefix = options.prefix;
    this.#kmsKeyId = options.kmsKeyId;
  }

  async write(ref: SecretRef, value: string): Promise<void> {
    checkSecretRef(ref);
    checkSecretValue(value);
    try {
      await this.#client.createSecret({
        Name: this.#nameOf(ref),
        Description: `${ref.id}, revision ${ref.revision}`,
        SecretString: value,
        KmsKeyId: this.#kmsKeyId,
        Tags: [
          { Key: MANAGED_BY, Value: OURS },
          { Key: ID_HASH, Value: hashOf(ref.id) },
        ],
      });
    } catch (error) {
      if (!isTaken(error)) throw toStoreError(error);
      await this.#compare(ref, value);
    }
  }

  async read(ref: SecretRef): Promise<string> {
    checkSecretRef(ref);
    const found = await this.#describe(ref);
    const value =
      found && isOurs(found, ref.id) && !found.DeletedDate
        ? await this.#valueOf(found)
        : undefined;
    if (value === undefined) {
      throw new NotFoundError(
        `There is no revision ${ref.revision} of the secret '${ref.id}'`,
      );
    }
    return value;
  }

  async remove(ref: SecretRef): Promise<void> {
    checkSecretRef(ref);
    const found = await this.#describe(ref);
    if (found) await this.#delete(found, ref.id);
  }

  async removeAll(id: string): Promise<void> {
    checkSecretId(id);
    const begin = `${this.#prefix}${secretName(id)}/`;
    let last = 0;
    let token: string | undefined;
    do {
      const NextToken = token;
      const page = await ask(() =>
        this.#client.listSecrets({
          Filters: [{ Key: 'name', Values: [begin] }],
          IncludePlannedDeletion: true,
          MaxResults: PAGE,
          NextToken,
        }),
      );
      for (const entry of page.SecretList ?? []) {
        if (!entry.Name?.startsWith(begin)) continue;
        await this.#delete(entry, id);
        last = Math.max(last, Number(entry.Name.slice(begin.length)) || 0);
      }
      token = page.NextToken;
    } while (token);
    // A list may lack what is some minutes old. Revisions are counted up from 1.
    for (const from of last ? [1, last + 1] : [1]) {
      for (let ahead = 0; ahead < LOOKED_FOR; ahead += 1) {
        const revision = Math.min(from + ahead, SECRET_REVISION_MOST);
        await this.remove({ id, revision });
      }
    }
  }

  /** What has the name of a revision that could not be made. */
  async #compare(ref: SecretRef, value: string): Promise<void> {
    const name = this.#nameOf(ref);
    const found = await this.#describe(ref);
    if (found && !isOurs(found, ref.id)) {
      throw new TerminalError(
        `The secret '${name}' in AWS Secrets Manager is not ours and stays as it is. Remove it, or change databases.secrets.aws.prefix.`,
      );
    }
    const held =
      found && !found.DeletedDate ? await this.#valueOf(found) : undefined;
    if (held === undefined) {
      throw new RetryableError(
        `The secret '${name}' in AWS Secrets Manager is being deleted. If it stays so, delete it without a recovery window.`,
      );
    }
    if (!isSameSecret(held, value)) {
      throw new ConflictError(
        `Revision ${ref.revision} of the secret '${ref.id}' holds another value`,
      );
    }
  }

  async #describe(ref: SecretRef): Promise<Found | undefined> {
    return unlessAbsent(() =>
      this.#client.describeSecret({ SecretId: this.#nameOf(ref) }),
    );
  }

  async #valueOf({ ARN }: Found): Promise<string | undefined> {
    const answer = await unlessAbsent(() =>
      this.#client.getSecretValue({ SecretId: ARN }),
    );
    return answer?.SecretString;
  }

  async #delete(found: Found, id: string): Promise<void> {
    if (!isOurs(found, id)) return;
    await unlessAbsent(() =>
      // By its ARN, which is never given to another one of the same name.
      this.#client.deleteSecret({
        SecretId: found.ARN,
        ForceDeleteWithoutRecovery: true,
      }),
    );
  }

  #nameOf({ id, revision }: SecretRef): string {
    return `${this.#prefix}${secretName(id)}/${revision}`;
  }
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}

function isOurs({ Tags = [] }: Found, id: string): boolean {
  const has = (key: string, value: string) =>
    Tags.some(tag => tag.Key === key && tag.Value === value);
  return has(MANAGED_BY, OURS) && has(ID_HASH, hashOf(id));
}

/** Whether something has the name, be it on its way out. */
function isTaken(error: unknown): boolean {
  return (
    isError(error) &&
    ['ResourceExistsException', 'InvalidRequestException'].includes(error.name)
  );
}

async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toStoreError(error);
  }
}

async function unlessAbsent<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw toStoreError(error);
  }
}
