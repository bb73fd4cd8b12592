import {
  assertDirectPerson,
  type UserCredentials,
} from '@slipway/backend-utils';
import { randomBytes, randomUUID } from 'node:crypto';
import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  ServiceUnavailableError,
  toError,
} from '@backstage/errors';
import { isOperationError } from '@slipway/operations';
import {
  databaseCredentialsCreatePermission,
  personalLoginRequestSchema,
  type PersonalLogin,
  type PersonalLoginOfPerson,
  type PersonalLoginReveal,
} from '@slipway/plugin-databases-common';
import type { z } from 'zod';
import type { DatabasesConfig } from '../config';
import {
  activateLogin,
  finishLogin,
  getLogin,
  insertLogin,
  listLogins,
  listOverdueLogins,
  requestRevocation,
} from '../database/personalLogins';
import { listLoginsOfPerson } from '../database/listLoginsOfPerson';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord, PersonalLoginRow } from '../database/rows';
import { targetOf } from '../operations/target';
import type { DatabasesService, ServiceDeps } from './DatabasesService';
import { formatTime } from './formatTime';
import { toPersonalLogin } from './presentation';

/** Longest wait for the server while somebody waits for an answer. */
const PROVIDER_TIMEOUT_MS = 20_000;

/** What a login is for, in the words of the pages. */
const PURPOSE: Record<PersonalLoginRow['access'], string> = {
  'read-only': 'look',
  'read-write': 'change data',
  schema: 'make tables',
};

interface PersonalLoginsDeps extends ServiceDeps {
  auth: AuthService;
  databases: DatabasesService;
  config: DatabasesConfig;
  logger: LoggerService;
}

/** Gives people logins of their own, and takes them back. */
export class PersonalLoginsService {
  readonly #deps: PersonalLoginsDeps;

  static create(deps: PersonalLoginsDeps): PersonalLoginsService {
    return new PersonalLoginsService(deps);
  }

  private constructor(deps: PersonalLoginsDeps) {
    this.#deps = deps;
  }

  /** Whether somebody may have a login; the database. */
  async assertMayCreate(
    databaseId: string,
    credentials: UserCredentials,
  ): Promise<DatabaseRecord> {
    const { auth, knex, access } = this.#deps;
    assertDirectPerson(
      auth,
      credentials,
      'Only people get a login, with a session of their own. A service, an agent or a template does not; open the database in the portal.',
    );
    const record = await getDatabase(knex, databaseId);
    await access.assertMay(
      credentials,
      databaseCredentialsCreatePermission,
      record,
    );
    await access.assertStillMember(credentials, record);
    return record;
  }

  /**
   * Makes a login for the caller. Its password is in the answer and nowhere else; it counts as
   * shown from the moment the row says `active`. Whatever dies before that is removed by
   * {@link PersonalLoginsService.revokeOverdue}.
   */
  async create(
    databaseId: string,
    request: z.output<typeof personalLoginRequestSchema>,
    credentials: UserCredentials,
  ): Promise<PersonalLoginReveal> {
    const { knex, operations, providers, config } = this.#deps;
    const record = await this.assertMayCreate(databaseId, credentials);
    if (record.state !== 'ready') {
      throw new ConflictError(
        `Logins can be had when the database is ready; it is ${record.state}`,
      );
    }
    const { defaultHours, maxHours, schemaAccessIn } = config.personalLogins;
    if (
      request.access === 'schema' &&
      !schemaAccessIn.includes(record.environment)
    ) {
      throw new InputError(
        `access is schema, which is not given in ${record.environment}. Choose read-only or read-write; tables are changed there by the application when it is deployed.`,
      );
    }
    const hours = request.hours ?? Math.min(defaultHours, maxHours);
    if (hours > maxHours) {
      throw new InputError(
        `hours is ${hours}. Give at most ${maxHours} hours.`,
      );
    }
    const provider = providers.get(record.provider_id);
    // Before the row is written: an operation that begins after this makes the grant stale.
    const fence = await operations.getFence(record.id);
    const login = await knex.transaction(trx =>
      insertLogin(trx, {
        id: randomUUID(),
        database_id: record.id,
        user_ref: credentials.principal.userEntityRef,
        access: request.access,
        reason: request.reason ?? null,
        hours,
        owner: record.owner,
      }),
    );
    const password = randomBytes(24).toString('base64url');
    const provided = await outside(
      () =>
        provider.credentials.personal
          .grant(
            targetOf(record),
            {
              loginId: login.id,
              person: login.user_ref,
              access: login.access,
              expiresAt: login.expires_at,
              password,
            },
            this.#writeContext(`personal/${login.id}`, fence),
          )
          .catch(async error => {
            // Of what the server certainly never heard of there is nothing to take back.
            await (isNothingSent(error)
              ? finishLogin(knex, login.id)
              : requestRevocation(knex, login.id));
            throw error;
          }),
      'No login was handed out; try again.',
    );

    const burnt = await knex.transaction(async trx => {
      const active = await activateLogin(trx, login.id, provided.username);
      if (active) {
        await operations.appendEvent(trx, {
          resourceId: record.id,
          type: 'personal-login.created',
          data: {
            message: `A login to ${PURPOSE[login.access]} until ${formatTime(login.expires_at)}`,
            loginId: login.id,
          },
          actor: login.user_ref,
        });
      }
      return active;
    });
    if (!burnt) {
      throw new ConflictError('The login was revoked while it was made');
    }
    return {
      login: toPersonalLogin(await getLogin(knex, record.id, login.id)),
      endpoint: provided.endpoint,
      password,
    };
  }

  /** Who holds logins to a database, for whoever may hand them out; everybody else sees their own. */
  async list(
    databaseId: string,
    credentials: UserCredentials,
  ): Promise<PersonalLogin[]> {
    const { knex, access, databases } = this.#deps;
    const record = await databases.readable(databaseId, credentials);
    const seesAll = await access.may(
      credentials,
      databaseCredentialsCreatePermission,
      record,
    );
    const rows = await listLogins(
      knex,
      databaseId,
      seesAll ? undefined : credentials.principal.userEntityRef,
    );
    return rows.map(toPersonalLogin);
  }

  /** The live logins of a person to all databases of which the caller may see who holds some. */
  async listOf(
    person: string,
    credentials: UserCredentials,
  ): Promise<PersonalLoginOfPerson[]> {
    const { knex, access } = this.#deps;
    const criteria = [
      await access.readable(credentials),
      await access.loginsSeenOf(credentials),
    ].filter(each => each !== undefined);
    const rows = await listLoginsOfPerson(knex, person, criteria);
    return rows.map(row => ({
      ...toPersonalLogin(row),
      database: {
        name: row.database_name,
        environment: row.environment,
        owner: row.owner,
      },
    }));
  }

  /** Takes a login back: one's own, or any as an owner. */
  async revoke(
    databaseId: string,
    loginId: string,
    credentials: UserCredentials,
  ): Promise<void> {
    const { knex, access, databases } = this.#deps;
    const record = await databases.readable(databaseId, credentials);
    const login = await getLogin(knex, databaseId, loginId);
    if (
      login.user_ref !== credentials.principal.userEntityRef &&
      !(await access.may(
        credentials,
        databaseCredentialsCreatePermission,
        record,
      ))
    ) {
      throw new NotAllowedError('This login is somebody else’s');
    }
    // Noted first: when the server cannot be reached now, the next sweep does it.
    await requestRevocation(knex, login.id);
    await this.#remove(login, credentials.principal.userEntityRef);
  }

  /**
   * Takes a login from somebody, for whom the portal decided so. It is noted when this rejects, and the next sweep does it.
   *
   * @param actor - what decided it
   */
  async takeAway(login: PersonalLoginRow, actor: string): Promise<void> {
    await requestRevocation(this.#deps.knex, login.id);
    await this.#remove(login, actor);
  }

  /** Removes logins from the server that should not be there any more. Returns how many. */
  async revokeOverdue(): Promise<number> {
    const overdue = await listOverdueLogins(this.#deps.knex);
    // Side by side, each provider with its own bound: a server that hangs holds up nobody else's.
    const removed = await Promise.all(
      overdue.map(login =>
        this.#remove(login).then(
          () => true,
          error => {
            this.#deps.logger.warn(
              `The login '${login.id}' could not be removed yet, and will be tried again. Its expiry keeps new sessions out; sessions that it has open stay until then`,
              toError(error),
            );
            return false;
          },
        ),
      ),
    );
    return removed.filter(Boolean).length;
  }

  async #remove(login: PersonalLoginRow, actor?: string): Promise<void> {
    const { knex, operations, providers } = this.#deps;
    const record = await getDatabase(knex, login.database_id);
    if (record.state !== 'deleted') {
      const fence = await operations.getFence(record.id);
      await outside(
        () =>
          providers
            .get(record.provider_id)
            .credentials.personal.revoke(
              targetOf(record),
              login.id,
              this.#writeContext(`personal/${login.id}/revoke`, fence),
            ),
        'The removal has not finished: the login may be off already, and it is tried again by itself within minutes.',
      );
    }
    await knex.transaction(async trx => {
      if (!(await finishLogin(trx, login.id))) {
        return;
      }
      await operations.appendEvent(trx, {
        resourceId: record.id,
        type: 'personal-login.ended',
        data: {
          message: `The login of ${login.user_ref} was removed`,
          loginId: login.id,
        },
        actor,
      });
    });
  }

  #writeContext(idempotencyKey: string, fence: bigint) {
    return {
      idempotencyKey,
      fence,
      signal: AbortSignal.timeout(PROVIDER_TIMEOUT_MS),
    };
  }
}

/** Says what went wrong outside in terms of HTTP. Messages of providers are for people. */
async function outside<T>(
  call: () => Promise<T>,
  otherwise: string,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isOperationError(error, 'StaleFenceError')) {
      throw new ConflictError('The database is being changed. Try again.');
    }
    if (isOperationError(error, 'TerminalError')) {
      throw new ConflictError(error.message);
    }
    if (
      isOperationError(error, 'RetryableError') ||
      isOperationError(error, 'AmbiguousError')
    ) {
      throw new ServiceUnavailableError(`${error.message}. ${otherwise}`);
    }
    throw error;
  }
}

function isNothingSent(error: unknown): boolean {
  return (
    isOperationError(error, 'RetryableError') &&
    'nothingSent' in error &&
    error.nothingSent === true
  );
}
