import type {
  CreateDBInstanceMessage,
  DBInstance,
  ModifyDBInstanceMessage,
  RDS,
} from '@aws-sdk/client-rds';
import { ReadContext, RetryableError } from '@slipway/plugin-databases-node';
import { type Asked, nameOf, toProviderError } from './errors';
import { Marker, toTags } from './marker';

const PAGE = 100;

/**
 * The instances of an account in a region, with errors that say what became of a call.
 * @internal
 */
export class Instances {
  readonly #rds: RDS;
  readonly #title: string;

  static create(options: { rds: RDS; title: string }): Instances {
    return new Instances(options);
  }

  private constructor(options: { rds: RDS; title: string }) {
    this.#rds = options.rds;
    this.#title = options.title;
  }

  /** All of the account, whosever they are. Asked before anything else. */
  async list(context?: ReadContext): Promise<DBInstance[]> {
    const instances: DBInstance[] = [];
    let next: string | undefined;
    do {
      const from = next;
      const page = await this.#read(true, () =>
        this.#rds.describeDBInstances(
          { MaxRecords: PAGE, Marker: from },
          optionsOf(context),
        ),
      );
      instances.push(...(page.DBInstances ?? []));
      next = page.Marker;
    } while (next);
    return instances;
  }

  /** The one of this name, whosever it is. Asked before anything else. */
  async find(
    name: string,
    context?: ReadContext,
  ): Promise<DBInstance | undefined> {
    return this.#find(name, true, context);
  }

  /** As {@link Instances.find}, when something may have been done before. */
  async findAgain(
    name: string,
    context?: ReadContext,
  ): Promise<DBInstance | undefined> {
    return this.#find(name, false, context);
  }

  /** @returns whether it was made; otherwise there is one of this name */
  async create(
    message: CreateDBInstanceMessage,
    context?: ReadContext,
  ): Promise<boolean> {
    return this.#write('rds:CreateDBInstance', async () => {
      try {
        await this.#rds.createDBInstance(message, optionsOf(context));
        return true;
      } catch (error) {
        // Also when the SDK has asked again after a lost answer.
        if (nameOf(error).startsWith('DBInstanceAlreadyExists')) {
          return false;
        }
        throw error;
      }
    });
  }

  async modify(
    name: string,
    changes: Omit<ModifyDBInstanceMessage, 'DBInstanceIdentifier'>,
    context?: ReadContext,
  ): Promise<void> {
    await this.#write('rds:ModifyDBInstance', () =>
      this.#rds.modifyDBInstance(
        { ...changes, DBInstanceIdentifier: name },
        optionsOf(context),
      ),
    );
  }

  async start(name: string, context?: ReadContext): Promise<void> {
    await this.#write('rds:StartDBInstance', () =>
      this.#rds.startDBInstance(
        { DBInstanceIdentifier: name },
        optionsOf(context),
      ),
    );
  }

  /** Gone is also fine. */
  async delete(
    name: string,
    options: { finalSnapshot?: string },
    context?: ReadContext,
  ): Promise<void> {
    const { finalSnapshot } = options;
    await this.#write('rds:DeleteDBInstance', async () => {
      try {
        await this.#rds.deleteDBInstance(
          {
            DBInstanceIdentifier: name,
            SkipFinalSnapshot: !finalSnapshot,
            FinalDBSnapshotIdentifier: finalSnapshot,
          },
          optionsOf(context),
        );
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    });
  }

  /** Writes these parts of the marker. */
  async mark(
    instance: DBInstance,
    marker: Partial<Marker>,
    context?: ReadContext,
  ): Promise<void> {
    await this.#write('rds:AddTagsToResource', async () => {
      try {
        await this.#rds.addTagsToResource(
          { ResourceName: instance.DBInstanceArn, Tags: toTags(marker) },
          optionsOf(context),
        );
      } catch (error) {
        if (isGone(error)) {
          throw new RetryableError(
            `${this.#title}: the instance was just removed`,
          );
        }
        throw error;
      }
    });
  }

  async #find(
    name: string,
    isFirst: boolean,
    context?: ReadContext,
  ): Promise<DBInstance | undefined> {
    return this.#read(isFirst, async () => {
      try {
        const page = await this.#rds.describeDBInstances(
          { DBInstanceIdentifier: name },
          optionsOf(context),
        );
        return page.DBInstances?.[0];
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    });
  }

  async #read<T>(isFirst: boolean, call: () => Promise<T>): Promise<T> {
    const action = 'rds:DescribeDBInstances';
    return this.#ask({ action, writes: false, isFirst }, call);
  }

  async #write<T>(action: string, call: () => Promise<T>): Promise<T> {
    return this.#ask({ action, writes: true }, call);
  }

  async #ask<T>(
    asked: Omit<Asked, 'title'>,
    call: () => Promise<T>,
  ): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw toProviderError(error, { ...asked, title: this.#title });
    }
  }
}

function optionsOf(context: ReadContext | undefined) {
  return { abortSignal: context?.signal };
}

function isGone(error: unknown): boolean {
  return nameOf(error).startsWith('DBInstanceNotFound');
}
