import type { LoggerService } from '@backstage/backend-plugin-api';
import { isError, toError } from '@backstage/errors';
import type { DurableOperations } from '@slipway/operations';
import type { DatabaseProvider } from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import {
  forgetConsumers,
  listConsumers,
  noteSeen,
  type Seen,
} from '../database/consumers';
import {
  countRunningRotations,
  type InUse,
  listDueRotations,
  listInUse,
  listWithFormer,
  readNow,
} from '../database/dueRotations';
import { findFormerLogin, noteTold } from '../database/formerLogins';
import { getDatabase } from '../database/readDatabases';
import { RETIRE } from '../operations/retire';
import { scopeOf } from '../operations/target';
import { beginRenewal } from './changes/beginRotation';
import { start } from './changes/changing';
import { type FormerJudgement, judgeFormer } from './judgeFormer';
import type { Providers } from './Providers';

/** Who begins what nobody asked for. */
const ACTOR = 'plugin:databases';
/** The event that says that clients do not move. */
export const UNMOVED_EVENT = 'login.unmoved';
const PAGE = 500;
/** Of one provider: renewals must not keep people's work waiting. */
const AT_A_TIME = 2;
const LOOK_TIMEOUT_MS = 20_000;

interface RotationWatchDeps {
  knex: Knex;
  operations: DurableOperations;
  providers: Providers;
  config: DatabasesConfig['rotation'];
  logger: LoggerService;
  /** Tells live pages that something about a database has changed. */
  onMoved(databaseId: string): void;
}

/** Looks who uses which login, turns off what nobody needs any more, and begins what is due. */
export class RotationWatch {
  readonly #deps: RotationWatchDeps;
  /** How many clients had moved when this replica looked last: live pages hear when it is another number. */
  readonly #moved = new Map<string, number>();

  static create(deps: RotationWatchDeps): RotationWatch {
    return new RotationWatch(deps);
  }

  private constructor(deps: RotationWatchDeps) {
    this.#deps = deps;
  }

  async look(signal?: AbortSignal): Promise<void> {
    const { knex, operations, providers } = this.#deps;
    await Promise.all(
      providers.list().map(provider => this.#observe(provider, signal)),
    );
    await forgetConsumers(knex);
    const paused = new Set(
      (await operations.listPauses()).map(({ scope }) => scope),
    );
    const judgements = await this.#judgements();
    for (const id of this.#moved.keys()) {
      if (!judgements.has(id)) this.#moved.delete(id);
    }
    for (const [id, judged] of judgements) {
      if (signal?.aborted) return;
      const { moved } = judged.judgement;
      if (this.#moved.get(id) !== moved) this.#deps.onMoved(id);
      this.#moved.set(id, moved);
      if (!paused.has(scopeOf(judged.providerId))) {
        await this.#decide(id, judged.judgement);
      }
    }
    for (const provider of providers.list()) {
      if (signal?.aborted) return;
      if (!paused.has(scopeOf(provider.id))) await this.#begin(provider.id);
    }
  }

  /** A server that does not answer is looked at the next time; what was not looked at is not quiet. */
  async #observe(
    provider: DatabaseProvider,
    signal?: AbortSignal,
  ): Promise<void> {
    const { knex, logger } = this.#deps;
    const { sessions } = provider.credentials;
    if (!sessions) return;
    try {
      for (let after: string | undefined; ;) {
        const page = await listInUse(knex, {
          providerId: provider.id,
          after,
          limit: PAGE,
        });
        if (!page.length || signal?.aborted) return;
        const targets = page.map(({ id, external_name }) => ({
          id,
          externalName: external_name,
        }));
        const seen = await sessions(targets, {
          signal: AbortSignal.timeout(LOOK_TIMEOUT_MS),
        });
        const byId = new Map(page.map(each => [each.id, each]));
        await knex.transaction(trx =>
          noteSeen(
            trx,
            page.map(({ id }) => ({ databaseId: id })),
            seen.flatMap(each => {
              const revision = revisionOf(byId.get(each.targetId), each.slot);
              return revision === undefined
                ? []
                : [
                    {
                      databaseId: each.targetId,
                      slot: each.slot,
                      revision,
                      application: plain(each.application),
                      address: plain(each.address),
                      sessions: each.sessions,
                    } satisfies Seen,
                  ];
            }),
          ),
        );
        if (page.length < PAGE) return;
        after = page[page.length - 1].id;
      }
    } catch (error) {
      logger.warn(
        `Who uses the databases of ${provider.title} is looked at later`,
        toError(error),
      );
    }
  }

  async #judgements() {
    const { knex } = this.#deps;
    const judged = new Map<
      string,
      { providerId: string; judgement: FormerJudgement }
    >();
    for (const id of await listWithFormer(knex)) {
      const judgement = await this.#judge(knex, id);
      if (judgement) judged.set(id, judgement);
    }
    return judged;
  }

  async #judge(knex: Knex, id: string) {
    const { config, providers } = this.#deps;
    const record = await getDatabase(knex, id);
    const former = await findFormerLogin(knex, id);
    if (!former || !providers.has(record.provider_id)) return undefined;
    const judgement = judgeFormer(former, {
      consumers: await listConsumers(knex, id),
      inUse: {
        slot: record.workload_slot ?? '',
        revision: record.workload_revision,
      },
      now: await readNow(knex),
      isObserved: Boolean(
        providers.get(record.provider_id).credentials.sessions,
      ),
      config,
    });
    return { providerId: record.provider_id, judgement, record, former };
  }

  async #decide(id: string, seen: FormerJudgement): Promise<void> {
    if (!seen.mayBeRetired && !seen.isOverdue) return;
    await this.#quietly(id, async trx => {
      // Anew, now that nobody changes it.
      const judged = await this.#judge(trx, id);
      if (!judged) return;
      const { judgement, record, former } = judged;
      if (judgement.mayBeRetired) {
        await start(await this.#changing(trx, id), RETIRE, {
          slot: former.slot,
          revision: former.revision,
        });
      } else if (judgement.isOverdue && record.state === 'ready') {
        await this.#deps.operations.appendEvent(trx, {
          resourceId: id,
          type: UNMOVED_EVENT,
          data: {
            message: `The former login of the application is still waited for. ${judgement.waitsFor(true).join(' ')}`,
          },
        });
        await noteTold(trx, id);
      }
    });
  }

  /** Begins what is due, as far as there is room. The next look begins the rest. */
  async #begin(providerId: string): Promise<void> {
    const { knex, config } = this.#deps;
    if (!config.schedule.length) return;
    const running = await countRunningRotations(knex, { actor: ACTOR });
    let room = AT_A_TIME - (running.get(providerId) ?? 0);
    for (const plan of config.schedule) {
      if (room <= 0) return;
      const due = await listDueRotations(knex, {
        ...plan,
        providerId,
        limit: room,
      });
      for (const id of due) {
        const begun = await this.#quietly(id, async trx => {
          // Another replica may have done it meanwhile.
          const still = await listDueRotations(trx, {
            ...plan,
            providerId,
            limit: 1,
            only: id,
          });
          if (!still.length) return false;
          await beginRenewal(await this.#changing(trx, id), config);
          return true;
        });
        if (begun) room -= 1;
      }
    }
  }

  async #changing(trx: Knex.Transaction, id: string) {
    const { operations } = this.#deps;
    return {
      operations,
      trx,
      record: await getDatabase(trx, id),
      last: (await operations.latestOperations([id], trx)).get(id),
      actor: ACTOR,
    };
  }

  /** Something may have begun with it just now. The next look tells. */
  async #quietly<T>(
    id: string,
    work: (trx: Knex.Transaction) => Promise<T>,
  ): Promise<T | undefined> {
    const { knex, operations, logger } = this.#deps;
    try {
      return await knex.transaction(async trx => {
        await operations.hold(trx, id);
        await trx('databases').where({ id }).forUpdate().first('id');
        return work(trx);
      });
    } catch (error) {
      if (!isError(error) || error.name !== 'ConflictError') {
        logger.warn(
          `The logins of database ${id} are looked at later`,
          toError(error),
        );
      }
      return undefined;
    }
  }
}

/** Of the login that the slot holds for applications; undefined for one that is only being tried. */
function revisionOf(database: InUse | undefined, slot: string) {
  if (database?.workload_slot === slot) return database.workload_revision;
  if (database?.former_slot === slot) return database.former_revision!;
  return undefined;
}

/** What a client says of itself, as it can be stored and shown. */
function plain(text: string): string {
  return text.replace(/[\p{C}]/gu, '?').slice(0, 100);
}
