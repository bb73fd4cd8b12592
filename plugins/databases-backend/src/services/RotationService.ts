import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import {
  databaseCredentialsRetirePermission,
  type DatabaseRotation,
} from '@slipway/plugin-databases-common';
import { listConsumers } from '../database/consumers';
import { dueAt, readNow } from '../database/dueRotations';
import { findFormerLogin } from '../database/formerLogins';
import type { DatabasesService, ServiceDeps } from './DatabasesService';
import { judgeFormer } from './judgeFormer';

interface RotationDeps extends ServiceDeps {
  databases: DatabasesService;
}

/** Says how it stands with the logins of an application. */
export class RotationService {
  readonly #deps: RotationDeps;

  static create(deps: RotationDeps): RotationService {
    return new RotationService(deps);
  }

  private constructor(deps: RotationDeps) {
    this.#deps = deps;
  }

  /** Who uses which login is for those who may decide about them. */
  async get(
    id: string,
    credentials: BackstageCredentials,
  ): Promise<DatabaseRotation> {
    const { knex, access, config, databases, providers } = this.#deps;
    const record = await databases.readable(id, credentials);
    const mayDecide = await access.may(
      credentials,
      databaseCredentialsRetirePermission,
      record,
    );
    const former = await findFormerLogin(knex, id);
    const plan = config.rotation.schedule.find(({ environments }) =>
      environments.includes(record.environment),
    );
    const isObserved =
      providers.has(record.provider_id) &&
      providers.get(record.provider_id).credentials.sessions !== undefined;
    const judged =
      former &&
      judgeFormer(former, {
        consumers: await listConsumers(knex, id),
        inUse: {
          slot: record.workload_slot ?? '',
          revision: record.workload_revision,
        },
        now: await readNow(knex),
        isObserved,
        config: config.rotation,
      });
    return {
      since: (record.workload_since ?? record.created_at).toISOString(),
      nextDueAt: plan && (await dueAt(knex, id, plan))?.toISOString(),
      former: former &&
        judged && {
          replacedAt: former.replaced_at.toISOString(),
          undoUntil: former.undo_until.toISOString(),
          isObserved,
          consumers: { moved: judged.moved, total: judged.total },
          waiting: mayDecide
            ? judged.waiting.map(one => ({
                application: one.application,
                address: one.address,
                sessions: one.sessions,
                lastSeenAt: one.last_seen_at.toISOString(),
              }))
            : undefined,
          waitsFor: judged.waitsFor(mayDecide),
        },
    };
  }
}
