import { randomBytes } from 'node:crypto';
import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import {
  DatabaseTarget,
  ReadContext,
  RetryableError,
  StaleFenceError,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { nameOf, toProviderError } from './errors';

const PREFIX = 'slipway/rds/';
const MANAGED_BY = 'slipway:managed-by';
const OURS = 'slipway';
const FENCE = 'slipway:fence';

/** For how long the fence of a removed database is remembered; the most that AWS offers. */
const REMEMBERED_DAYS = 30;

/** What is known of a record without its password. */
interface Found {
  arn: string;
  fence: bigint;
  /** It is that of a removed database. */
  isBuried: boolean;
}

/**
 * What there is under the name of a record.
 *
 * - `live`: the instance was prepared.
 * - `buried`: the database was removed.
 * @internal
 */
export type RecordState = 'none' | 'live' | 'buried' | 'foreign';

/**
 * A secret in AWS Secrets Manager for each instance: the password of the portal's own login inside, which has to survive a
 * crash and whoever runs the portal.
 *
 * @remarks
 *
 * When the instance is removed, the secret is scheduled for deletion. AWS keeps it for 30 days, charges nothing for it and then
 * removes it: for as long it holds the fence of the removed database, so that a worker that was overtaken cannot make it again.
 * @internal
 */
export class Records {
  readonly #secrets: SecretsManager;
  readonly #title: string;
  readonly #kmsKeyId: string | undefined;

  static create(options: {
    secrets: SecretsManager;
    title: string;
    /** What encrypts the passwords; AWS' own key for the account when left out. */
    kmsKeyId?: string;
  }): Records {
    return new Records(options);
  }

  private constructor(options: {
    secrets: SecretsManager;
    title: string;
    kmsKeyId?: string;
  }) {
    this.#secrets = options.secrets;
    this.#title = options.title;
    this.#kmsKeyId = options.kmsKeyId;
  }

  async look(
    target: DatabaseTarget,
    context?: ReadContext,
  ): Promise<RecordState> {
    const found = await this.#look(target, context);
    if (!found || found === 'foreign') {
      return found ?? 'none';
    }
    return found.isBuried ? 'buried' : 'live';
  }

  /**
   * @throws StaleFenceError when the database was removed by a newer worker
   * @throws TerminalError when what is there is not ours
   */
  async assertNotRemoved(
    target: DatabaseTarget,
    context: WriteContext,
  ): Promise<void> {
    const found = await this.#find(target, context);
    if (found?.isBuried && context.fence < found.fence) {
      throw new StaleFenceError(
        'Another worker has removed this database meanwhile',
      );
    }
  }

  /** The password of the portal's login; made when there is none yet. */
  async ensurePassword(
    target: DatabaseTarget,
    context: WriteContext,
  ): Promise<string> {
    const found = await this.#find(target, context);
    if (!found) {
      await this.#make(target, context);
    } else if (found.isBuried) {
      // A removal was called off half way.
      await this.#unbury(found, context);
    }
    const password = await this.readPassword(target, context);
    if (!password) {
      throw new RetryableError(
        `${this.#title}: the secret "${nameFor(target)}" was just removed`,
      );
    }
    return password;
  }

  /** @returns nothing when there is none, or no more */
  async readPassword(
    target: DatabaseTarget,
    context?: ReadContext,
  ): Promise<string | undefined> {
    const found = await this.#find(target, context);
    return found && !found.isBuried
      ? this.readSecret(found.arn, context)
      : undefined;
  }

  /** Remembers that the database is gone, and the worker who removed it. */
  async bury(target: DatabaseTarget, context: WriteContext): Promise<void> {
    let found = await this.#find(target, context);
    if (!found) {
      await this.#make(target, context);
      found = await this.#find(target, context);
    }
    if (!found || (found.isBuried && found.fence >= context.fence)) {
      return;
    }
    const { arn } = found;
    if (found.isBuried) {
      await this.#unbury(found, context);
    }
    if (found.fence < context.fence) {
      await this.#ask('TagResource', true, () =>
        this.#secrets.tagResource(
          {
            SecretId: arn,
            Tags: [{ Key: FENCE, Value: `${context.fence}` }],
          },
          optionsOf(context),
        ),
      );
    }
    await this.#ask('DeleteSecret', true, async () => {
      try {
        await this.#secrets.deleteSecret(
          { SecretId: arn, RecoveryWindowInDays: REMEMBERED_DAYS },
          optionsOf(context),
        );
      } catch (error) {
        // Another worker, or the SDK that has asked again, was refused what is done already.
        if (!isRefused(error)) throw error;
        if ((await this.look(target, context)) !== 'buried') throw error;
      }
    });
  }

  /** The text of a secret, also of one that RDS itself has made. */
  async readSecret(
    arn: string,
    context?: ReadContext,
  ): Promise<string | undefined> {
    return this.#ask('GetSecretValue', false, async () => {
      try {
        const answer = await this.#secrets.getSecretValue(
          { SecretId: arn },
          optionsOf(context),
        );
        return answer.SecretString;
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    });
  }

  async #find(
    target: DatabaseTarget,
    context?: ReadContext,
  ): Promise<Found | undefined> {
    const found = await this.#look(target, context);
    if (found === 'foreign') {
      throw new TerminalError(
        `${this.#title}: the secret "${nameFor(target)}" in AWS Secrets Manager is not ours. It was left as it is: remove it, or order under another name.`,
      );
    }
    return found;
  }

  async #look(
    target: DatabaseTarget,
    context?: ReadContext,
  ): Promise<Found | 'foreign' | undefined> {
    const found = await this.#ask('DescribeSecret', false, async () => {
      try {
        return await this.#secrets.describeSecret(
          { SecretId: nameFor(target) },
          optionsOf(context),
        );
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    });
    if (!found?.ARN) {
      return undefined;
    }
    const tags = new Map(found.Tags?.map(({ Key, Value }) => [Key, Value]));
    const fence = tags.get(FENCE) ?? '';
    if (
      tags.get(MANAGED_BY) !== OURS ||
      tags.get('slipway:id') !== target.id ||
      !/^\d{1,19}$/.test(fence)
    ) {
      return 'foreign';
    }
    return {
      arn: found.ARN,
      fence: BigInt(fence),
      isBuried: Boolean(found.DeletedDate),
    };
  }

  async #make(target: DatabaseTarget, context: WriteContext): Promise<void> {
    await this.#ask('CreateSecret', true, async () => {
      try {
        await this.#secrets.createSecret(
          {
            Name: nameFor(target),
            Description: `The portal's login on the RDS instance ${target.externalName}`,
            // 192 bits, in letters that nothing reads otherwise.
            SecretString: randomBytes(24).toString('base64url'),
            KmsKeyId: this.#kmsKeyId,
            Tags: [
              { Key: MANAGED_BY, Value: OURS },
              { Key: 'slipway:id', Value: target.id },
              { Key: FENCE, Value: `${context.fence}` },
            ],
          },
          optionsOf(context),
        );
      } catch (error) {
        // Somebody has just made it; theirs counts.
        const isThere = nameOf(error).startsWith('ResourceExists');
        if (!isThere && !isRefused(error)) throw error;
      }
    });
  }

  async #unbury({ arn }: Found, context: WriteContext): Promise<void> {
    await this.#ask('RestoreSecret', true, () =>
      this.#secrets.restoreSecret({ SecretId: arn }, optionsOf(context)),
    );
  }

  async #ask<T>(
    action: string,
    writes: boolean,
    call: () => Promise<T>,
  ): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw toProviderError(error, {
        title: this.#title,
        action: `secretsmanager:${action}`,
        writes,
      });
    }
  }
}

function nameFor({ externalName }: DatabaseTarget): string {
  return `${PREFIX}${externalName}`;
}

function optionsOf(context: ReadContext | undefined) {
  return { abortSignal: context?.signal };
}

/** Whether a secret is in another state than it would have to be. */
function isRefused(error: unknown): boolean {
  return nameOf(error).startsWith('InvalidRequest');
}

function isAbsent(error: unknown): boolean {
  return nameOf(error).startsWith('ResourceNotFound');
}
