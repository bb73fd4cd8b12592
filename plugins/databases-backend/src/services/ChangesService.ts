import { ConflictError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import {
  databaseBackupPermission,
  databaseCredentialsRetirePermission,
  databaseDeletePermission,
  databaseRestorePermission,
  databaseUpdatePermission,
  type DatabaseAccepted,
  type DatabaseProtection,
  type DeletionRequest,
  type ExtendRequest,
  type ResizeRequest,
  type RestoreRequest,
} from '@slipway/plugin-databases-common';
import {
  isWarning,
  type JudgedFinding,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import type { DatabasesConfig } from '../config';
import { hasBackups } from '../database/backups';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord } from '../database/rows';
import { appendWarnings } from './appendWarnings';
import {
  askForWord,
  type BlastRadiusService,
  refusalOf,
  type Use,
  whatUses,
} from './BlastRadiusService';
import { canBackUp } from './canBackUp';
import { beginBackup } from './changes/beginBackup';
import {
  assertNotOver,
  beginExtension,
  extended,
} from './changes/beginExtension';
import { beginRemoval } from './changes/beginRemoval';
import { beginResize, resized } from './changes/beginResize';
import { beginRestore } from './changes/beginRestore';
import { beginRetry } from './changes/beginRetry';
import {
  beginRenewal,
  beginRetirement,
  beginRevocation,
  beginSwitchBack,
} from './changes/beginRotation';
import { cancel } from './changes/cancel';
import { type Changing, start } from './changes/changing';
import { giveUp } from './changes/giveUp';
import { withdrawResize } from './changes/withdrawResize';
import type { DatabasesService, ServiceDeps } from './DatabasesService';
import {
  changeRequest,
  deletionRequest,
  extendRequest,
  orderRequest,
  resizeRequest,
} from './policyRequests';
import { protectionOf } from './protection';

/** What can be asked of a database that exists. */
export type Change =
  | {
      type:
        | 'suspend'
        | 'resume'
        | 'retry'
        | 'cancel'
        | 'give-up'
        | 'rotate'
        | 'undo-rotation'
        | 'retire-login'
        | 'revoke-logins'
        | 'backup'
        | 'withdraw-resize';
    }
  | ({ type: 'restore' } & RestoreRequest)
  | ({ type: 'resize' } & ResizeRequest)
  | ({ type: 'extend' } & ExtendRequest)
  | ({ type: 'delete' } & DeletionRequest);

/** What takes more than the right to change a database. */
const PERMISSIONS = {
  backup: databaseBackupPermission,
  restore: databaseRestorePermission,
  delete: databaseDeletePermission,
  'undo-rotation': databaseCredentialsRetirePermission,
  'retire-login': databaseCredentialsRetirePermission,
  'revoke-logins': databaseCredentialsRetirePermission,
};

interface ChangesDeps extends ServiceDeps {
  policies: PoliciesService;
  databases: DatabasesService;
  blastRadius: BlastRadiusService;
  config: DatabasesConfig;
}

/** Starts changes of databases that exist. */
export class ChangesService {
  readonly #deps: ChangesDeps;

  static create(deps: ChangesDeps): ChangesService {
    return new ChangesService(deps);
  }

  private constructor(deps: ChangesDeps) {
    this.#deps = deps;
  }

  /** Whether somebody may ask for a change; the database. */
  async assertMay(
    id: string,
    type: Change['type'],
    credentials: UserCredentials,
  ): Promise<DatabaseRecord> {
    const { knex, access } = this.#deps;
    const record = await getDatabase(knex, id);
    await access.assertMay(
      credentials,
      type in PERMISSIONS
        ? PERMISSIONS[type as keyof typeof PERMISSIONS]
        : databaseUpdatePermission,
      record,
    );
    return record;
  }

  /** Starts a change. The same key with the same change answers with the first. */
  async change(
    id: string,
    change: Change,
    options: {
      idempotencyKey: string;
      credentials: UserCredentials;
      /** Where it was asked, for policies. */
      source?: 'api' | 'mcp';
    },
  ): Promise<DatabaseAccepted> {
    const { knex, operations, access, databases } = this.#deps;
    const { credentials } = options;
    const actor = credentials.principal.userEntityRef;
    const before = await this.assertMay(id, change.type, credentials);
    // As the policies: a slow server or catalog holds no lock.
    const use =
      change.type === 'delete'
        ? await this.#deps.blastRadius.useOf(before)
        : undefined;
    // Outside the transaction, and a repeated change is answered all the same.
    const verdict = await this.#ask(change, before, options, use).catch(
      (error: Error) => error,
    );
    // Asked before the transaction: a slow catalog holds no lock.
    const notForGood = ['delete', 'restore'].includes(change.type)
      ? await access.whyNotForGood(credentials)
      : undefined;
    const { result } = await knex.transaction(trx =>
      operations.once(
        trx,
        {
          scope: `${change.type} ${id} ${actor}`,
          key: options.idempotencyKey,
          body: { ...change },
        },
        async () => {
          if (verdict instanceof Error) throw verdict;
          // Held, so that what is decided below is still so when it is written.
          // The resource first, as workers do: otherwise the two wait for each other.
          await operations.hold(trx, id);
          await trx('databases').where({ id }).forUpdate().first('id');
          const record = await getDatabase(trx, id);
          await appendWarnings(operations, trx, {
            resourceId: id,
            findings: verdict,
          });
          if (change.type === 'delete' && use) {
            assertMeant(record, change, use, this.#deps.config.deletion);
          }
          const latest = await operations.latestOperations([id], trx);
          const operationId = await this.#begin(
            { operations, trx, record, last: latest.get(id), actor },
            change,
            notForGood,
          );
          return { databaseId: id, operationId };
        },
      ),
    );
    return {
      ...(await databases.accepted(result)),
      warnings: verdict instanceof Error ? [] : verdict.filter(isWarning),
    };
  }

  /** Asks about what brings a database to life or removes it. What makes one safer, or stops work, never waits for it. */
  async #ask(
    change: Change,
    record: DatabaseRecord,
    {
      credentials,
      source = 'api',
    }: { credentials: UserCredentials; source?: 'api' | 'mcp' },
    use: Use | undefined,
  ): Promise<JudgedFinding[]> {
    const { config, providers } = this.#deps;
    const existing = {
      ...record,
      protection: protectionOf(
        config,
        providers.get(record.provider_id),
        record.environment,
      ),
    };
    const request = this.#requestOf(change, existing, use);
    if (!request) return [];
    const { findings } = await this.#deps.policies.enforce(
      { ...request, source },
      { credentials },
    );
    return findings;
  }

  #requestOf(
    change: Change,
    existing: DatabaseRecord & { protection: DatabaseProtection },
    use: Use | undefined,
  ): PolicyRequest | undefined {
    const { config } = this.#deps;
    switch (change.type) {
      case 'resize':
        return resizeRequest(existing, resized(config, existing, change.size));
      case 'extend':
        return extendRequest(
          existing,
          extended(config, existing, change.expiresAt),
        );
      default:
        return requestOf(change.type, existing, use);
    }
  }

  async #begin(
    changing: Changing,
    change: Change,
    notForGood: string | undefined,
  ): Promise<string> {
    const { config, providers } = this.#deps;
    const { backups } = config;
    const provider = () => providers.get(changing.record.provider_id);
    switch (change.type) {
      case 'retry':
        return beginRetry(changing);
      case 'cancel':
        return cancel(changing);
      case 'give-up':
        return giveUp(changing);
      case 'delete':
        return beginRemoval(changing, {
          confirmName: change.confirmName,
          withoutBackup: change.withoutBackup,
          reason: change.reason,
          // Also when what took them before is not there at the moment.
          isBackedUp:
            Boolean(backups) &&
            (canBackUp(provider()) ||
              (await hasBackups(changing.trx, changing.record.id))),
          finalKeepDays: backups?.finalKeepDays,
          notForGood,
          graceHours: config.deletion.graceHours,
        });
      case 'backup':
        return beginBackup(changing, { provider: provider(), config: backups });
      case 'resize':
        return beginResize(changing, change.size, {
          config,
          provider: provider(),
        });
      case 'extend':
        return beginExtension(changing, change.expiresAt, config);
      case 'resume':
        assertNotOver(changing.record);
        return start(changing, change.type);
      case 'restore': {
        const { type, ...request } = change;
        return beginRestore(changing, request, {
          provider: provider(),
          config: backups,
          notForGood,
        });
      }
      case 'withdraw-resize':
        return withdrawResize(changing);
      case 'rotate':
        return beginRenewal(changing, config.rotation);
      case 'undo-rotation':
        return beginSwitchBack(changing, config.rotation);
      case 'retire-login':
        return beginRetirement(changing);
      case 'revoke-logins':
        return beginRevocation(changing);
      default:
        return start(changing, change.type);
    }
  }
}

/** Nothing that is used is deleted by the way: whoever does it gives the name and a word, where it may be done at all. */
function assertMeant(
  record: DatabaseRecord,
  { confirmName, confirmInUse }: DeletionRequest,
  use: Use,
  config: DatabasesConfig['deletion'],
): void {
  const refusal = refusalOf(record, use, config);
  if (refusal) throw new ConflictError(refusal);
  const isMeant = confirmInUse && confirmName === record.name;
  if (whatUses(use).length && !isMeant) {
    throw new ConflictError(askForWord(record.name, use));
  }
}

/** What the policies are asked about a change; undefined for what they are not asked about. */
function requestOf(
  type: Change['type'],
  record: DatabaseRecord & { protection: DatabaseProtection },
  use: Use | undefined,
): PolicyRequest | undefined {
  switch (type) {
    case 'retry':
      // An order begins anew; what is unknown is only gone on with.
      return record.state === 'failed' ? orderRequest(record) : undefined;
    case 'resume':
      return changeRequest(record, 'update');
    case 'delete':
      return deletionRequest(record, use);
    default:
      return undefined;
  }
}
