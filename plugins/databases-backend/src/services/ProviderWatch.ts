import type { LoggerService } from '@backstage/backend-plugin-api';
import { isError, toError } from '@backstage/errors';
import type { DurableOperations } from '@slipway/operations';
import type {
  DatabaseIncident,
  DatabaseProvider,
} from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';
import { findLogin } from '../database/personalLogins';
import { findDatabaseOutside } from '../database/readDatabases';
import type { PersonalLoginRow } from '../database/rows';
import type { OperationInput } from '../operations/target';
import type { PersonalLoginsService } from './PersonalLoginsService';
import type { Providers } from './Providers';

/** The timeline's entry of something that a provider saw and ended. */
export const INCIDENT_EVENT = 'provider.incident';
/** Who suspends a database that harms others, or takes a login away. */
const ACTOR = 'plugin:databases';

/** Lets providers watch their servers, and puts what they ended before the owner. */
export class ProviderWatch {
  readonly #deps: ProviderWatchDeps;
  readonly #stopping = new AbortController();
  #watching: Promise<unknown> = Promise.resolve();

  static create(deps: ProviderWatchDeps): ProviderWatch {
    return new ProviderWatch(deps);
  }

  private constructor(deps: ProviderWatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { providers, logger } = this.#deps;
    const { signal } = this.#stopping;
    this.#watching = Promise.all(
      providers.list().map(provider =>
        provider.watch?.({
          signal,
          logger,
          report: incident => this.#report(provider, incident),
        }),
      ),
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  async #report(
    provider: DatabaseProvider,
    incident: DatabaseIncident,
  ): Promise<void> {
    const { knex, operations, logger } = this.#deps;
    const record = await findDatabaseOutside(
      knex,
      provider.id,
      incident.externalName,
    );
    if (!record) {
      logger.warn(
        `${incident.externalName} on ${provider.title} is no database of this portal`,
      );
      return;
    }
    const login = incident.loginId
      ? await findLogin(knex, record.id, incident.loginId)
      : undefined;
    const { isRepeated } = incident;
    const message =
      login && isRepeated
        ? `${incident.message} The login of ${login.user_ref} is taken away.`
        : incident.message;
    await knex.transaction(trx =>
      operations.appendEvent(trx, {
        resourceId: record.id,
        type: INCIDENT_EVENT,
        data: {
          message,
          ...(login && { loginId: login.id, person: login.user_ref }),
        },
      }),
    );
    if (login && isRepeated) {
      await this.#takeAway(login);
    } else if (isRepeated && !incident.loginId) {
      await this.#suspend(record.id, record.provider_id);
    }
  }

  /** The application and everybody else work on. Whoever may have a login can get another. */
  async #takeAway(login: PersonalLoginRow): Promise<void> {
    const { logins, logger } = this.#deps;
    await logins
      .takeAway(login, ACTOR)
      .catch(error =>
        logger.warn(
          `The login '${login.id}' could not be taken away yet, and will be tried again`,
          toError(error),
        ),
      );
  }

  /** The data stays, and whoever owns it can resume it. */
  async #suspend(resourceId: string, providerId: string): Promise<void> {
    const { knex, operations, logger } = this.#deps;
    const input: OperationInput = { providerId };
    await knex
      .transaction(trx =>
        operations.startOperation(trx, {
          type: 'suspend',
          resourceId,
          input: { ...input },
          actor: ACTOR,
        }),
      )
      .catch(error => {
        // Busy or suspended already. It is told again if it goes on.
        if (!isError(error) || error.name !== 'ConflictError') throw error;
        logger.warn(`Database ${resourceId} was not suspended`, toError(error));
      });
  }
}

interface ProviderWatchDeps {
  knex: Knex;
  operations: DurableOperations;
  providers: Providers;
  logins: PersonalLoginsService;
  logger: LoggerService;
}
