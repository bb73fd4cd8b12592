import type { AuthService } from '@backstage/backend-plugin-api';
import { ConflictError, InputError } from '@backstage/errors';
import {
  assertDirectPerson,
  type UserCredentials,
} from '@slipway/backend-utils';
import type { Operation } from '@slipway/operations';
import {
  databaseHandOnPermission,
  type DatabaseAccepted,
  type HandOnRequest,
} from '@slipway/plugin-databases-common';
import { isWarning, type JudgedFinding } from '@slipway/plugin-policies-common';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import { changeOwner } from '../database/changeOwner';
import {
  listLoginHolders,
  requestRevocationOfOthers,
} from '../database/personalLogins';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord } from '../database/rows';
import { ASK_APPROVAL } from '../operations/approvalSteps';
import { HAND_ON } from '../operations/handOn';
import { forOwner, type OperationInput } from '../operations/target';
import { endPendingChange } from './changes/endPendingChange';
import type { DatabasesService, ServiceDeps } from './DatabasesService';
import { checkQuota } from './quotas';
import { handOnRequest } from './policyRequests';
import { protectionOf } from './protection';

/** The event that says that a database has another owner. */
export const OWNER_CHANGED = 'owner.changed';

/** A database that was handed on. */
export interface HandedOn {
  accepted: DatabaseAccepted;
  from: string;
}

interface HandOnDeps extends ServiceDeps {
  auth: AuthService;
  policies: PoliciesService;
  databases: DatabasesService;
}

/** What is found out before anything is written, so that a slow catalog holds no lock. */
interface Prepared {
  findings: JudgedFinding[];
  /** Who may keep their login. */
  keeps: string[];
  /** Quotas are theirs to raise. */
  isAdministrator: boolean;
}

/** Hands databases on to other groups. */
export class HandOnService {
  readonly #deps: HandOnDeps;

  static create(deps: HandOnDeps): HandOnService {
    return new HandOnService(deps);
  }

  private constructor(deps: HandOnDeps) {
    this.#deps = deps;
  }

  /** Whether somebody may hand a database on to anybody; the database. */
  async assertMay(
    id: string,
    credentials: UserCredentials,
  ): Promise<DatabaseRecord> {
    const { auth, knex, access } = this.#deps;
    assertDirectPerson(
      auth,
      credentials,
      'Only people hand databases on, with a session of their own. A service, an agent or a template does not; open the database in the portal.',
    );
    const record = await getDatabase(knex, id);
    await access.assertMay(credentials, databaseHandOnPermission, record);
    return record;
  }

  /**
   * Makes another group the owner. It is so when this returns; what follows on the server is written by then, and is done
   * as durable work.
   */
  async handOn(
    id: string,
    request: HandOnRequest,
    options: { idempotencyKey: string; credentials: UserCredentials },
  ): Promise<HandedOn> {
    const { knex, operations, databases } = this.#deps;
    const { credentials } = options;
    const actor = credentials.principal.userEntityRef;
    const before = await this.assertMay(id, credentials);
    // Said in the transaction, so that a repeated request is answered all the same.
    const prepared = await this.#prepare(before, request, credentials).catch(
      (error: Error) => error,
    );
    const { result } = await knex.transaction(trx =>
      operations.once(
        trx,
        {
          scope: `hand-on ${id} ${actor}`,
          key: options.idempotencyKey,
          body: { ...request },
        },
        async () => {
          if (prepared instanceof Error) throw prepared;
          // The resource first, as workers do: otherwise the two wait for each other.
          await operations.hold(trx, id);
          await trx('databases').where({ id }).forUpdate().first('id');
          const record = await getDatabase(trx, id);
          if (record.owner !== before.owner) {
            throw new ConflictError(
              `${record.name} was just handed on to ${record.owner}. Look at it again.`,
            );
          }
          const operationId = await this.#write(trx, record, {
            ...request,
            actor,
            keeps: prepared.keeps,
            isAdministrator: prepared.isAdministrator,
          });
          return { databaseId: id, operationId, from: before.owner };
        },
      ),
    );
    const accepted = await databases.accepted(result);
    const warnings =
      prepared instanceof Error ? [] : prepared.findings.filter(isWarning);
    return { accepted: { ...accepted, warnings }, from: result.from };
  }

  async #prepare(
    record: DatabaseRecord,
    { owner }: HandOnRequest,
    credentials: UserCredentials,
  ): Promise<Prepared> {
    const { config, knex, access, policies, providers } = this.#deps;
    const handedOnAs = await access.assertMayHandOn(credentials, record, owner);
    if (owner === record.owner) {
      throw new InputError(
        `owner ${owner} owns ${record.name} already. Choose another group.`,
      );
    }
    const { findings } = await policies.enforce(
      {
        ...handOnRequest(
          {
            ...record,
            protection: protectionOf(
              config,
              providers.get(record.provider_id),
              record.environment,
            ),
          },
          owner,
        ),
        source: 'api',
      },
      { credentials },
    );
    const holders = await listLoginHolders(knex, record.id);
    const keeps = await access.mayHoldLogins(holders, { ...record, owner });
    return {
      findings,
      keeps,
      isAdministrator: handedOnAs === 'administrator',
    };
  }

  async #write(
    trx: Knex.Transaction,
    record: DatabaseRecord,
    change: {
      owner: string;
      reason: string;
      actor: string;
      keeps: string[];
      isAdministrator: boolean;
    },
  ): Promise<string> {
    const { config, operations } = this.#deps;
    const { owner, reason, actor, isAdministrator } = change;
    if (!isAdministrator) {
      const place = { ...record, owner };
      const beyond = await checkQuota(trx, config, place, record.spec.limits);
      if (beyond) {
        throw new ConflictError(
          `owner ${beyond.sentence}. Delete what is not needed there, or ask the platform team to hand it on.`,
        );
      }
    }
    const operationId = await this.#follow(trx, record, { owner, actor });
    await changeOwner(trx, record, { owner, actor });
    await endPendingChange({ operations, trx }, record.id, {
      reason: 'the database was handed on',
      actor,
    });
    await operations.appendEvent(trx, {
      resourceId: record.id,
      type: OWNER_CHANGED,
      data: {
        message: `Handed on from ${record.owner} to ${owner}: ${reason}`,
        from: record.owner,
        to: owner,
        reason,
      },
      actor,
    });
    const revoked = await requestRevocationOfOthers(
      trx,
      record.id,
      change.keeps,
    );
    for (const login of revoked) {
      await operations.appendEvent(trx, {
        resourceId: record.id,
        type: 'personal-login.revoked',
        data: {
          message: `The login of ${login.user_ref} is taken back: it could not be given any more`,
          loginId: login.id,
        },
        actor,
      });
    }
    return operationId;
  }

  /** Begins what follows from it, where something does. Returns what is under way, or was last. */
  async #follow(
    trx: Knex.Transaction,
    record: DatabaseRecord,
    { owner, actor }: { owner: string; actor: string },
  ): Promise<string> {
    const { operations } = this.#deps;
    const start = async (type: string, input: OperationInput) => {
      const operation = await operations.startOperation(trx, {
        type,
        resourceId: record.id,
        input,
        actor,
      });
      return operation.id;
    };
    const latest = await operations.latestOperations([record.id], trx);
    const last: Operation | undefined = latest.get(record.id);
    if (!last || record.deleted_at || record.state === 'deleted') {
      throw new ConflictError(`${record.name} is deleted`);
    }
    if (!last.finishedAt) {
      throw new ConflictError(
        `The database is busy: "${last.title}", asked for by ${last.actor}, is ${last.state}. Hand it on when that has ended.`,
      );
    }
    switch (record.state) {
      case 'ready':
      case 'suspended':
        return start(HAND_ON, { providerId: record.provider_id });
      case 'awaiting-approval':
        // What they were asked about names the owner. That question dies, and they are asked anew.
        return start(ASK_APPROVAL, forOwner(last.input, owner));
      default:
        // "failed" and "orphaned": nobody can log in, and whatever is begun there next takes the owner of then.
        return last.id;
    }
  }
}
