import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  BLAST_RADIUS_MAX,
  databaseCredentialsCreatePermission,
  databaseEntityRef,
  IN_USE_WORD,
  type BlastClient,
  type BlastRadius,
} from '@slipway/plugin-databases-common';
import type { ObservedSession } from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';
import { hasBackups, summarizeKept } from '../database/backups';
import { findFinalBackup, whyNoFinalBackup } from '../database/dueBackups';
import { listLogins } from '../database/personalLogins';
import type { DatabaseRecord, PersonalLoginRow } from '../database/rows';
import { targetOf } from '../operations/target';
import { canBackUp } from './canBackUp';
import type { DatabasesService, ServiceDeps } from './DatabasesService';
import { findDependents, type Dependents } from './findDependents';

/** Nobody waits longer for a dialog; what has not answered by then is not known. */
const WITHIN_MS = 5_000;

type Found<T> = { found: 'known'; value: T } | Unknown;
interface Unknown {
  found: 'unknown';
  reason: string;
}

/** Who uses a database. */
export interface Use {
  dependents: Found<Dependents>;
  sessions: Found<ObservedSession[]>;
}

interface BlastRadiusDeps extends ServiceDeps {
  auth: AuthService;
  catalog: CatalogService;
  databases: DatabasesService;
}

/** Finds out what would be hit if a database went away. Changes nothing. */
export class BlastRadiusService {
  readonly #deps: BlastRadiusDeps;

  static create(deps: BlastRadiusDeps): BlastRadiusService {
    return new BlastRadiusService(deps);
  }

  private constructor(deps: BlastRadiusDeps) {
    this.#deps = deps;
  }

  /** What the caller may see of it. What they may not see is said to be hidden, and counts all the same. */
  async get(
    id: string,
    credentials: BackstageCredentials,
  ): Promise<BlastRadius> {
    const { access, config, databases, knex, providers } = this.#deps;
    const record = await databases.readable(id, credentials);
    const [use, seesLogins] = await Promise.all([
      this.useOf(record),
      access.may(credentials, databaseCredentialsCreatePermission, record),
    ]);
    const logins = (await listLogins(knex, id)).filter(
      ({ state, expires_at: end }) => state === 'active' && end > new Date(),
    );
    const takesBackups =
      Boolean(config.backups) &&
      ((providers.has(record.provider_id) &&
        canBackUp(providers.get(record.provider_id))) ||
        (await hasBackups(knex, id)));
    return {
      databaseId: id,
      at: new Date().toISOString(),
      dependents: await this.#seen(use.dependents, credentials),
      sessions: seesLogins
        ? presentSessions(use.sessions, logins)
        : { found: 'hidden', clients: [] },
      personalLogins: seesLogins
        ? {
            found: 'known',
            items: logins.slice(0, BLAST_RADIUS_MAX).map(login => ({
              user: login.user_ref,
              access: login.access,
              expiresAt: login.expires_at.toISOString(),
            })),
          }
        : { found: 'hidden', items: [] },
      ...(takesBackups && { backups: await summarizeKept(knex, id) }),
      deletion: {
        undoUntil: await this.#undoUntil(record),
        asksForWord: whatUses(use).length > 0,
        refusal: refusalOf(record, use, config.deletion),
        missingBackup:
          takesBackups && record.state === 'suspended'
            ? await whyMissing(knex, id)
            : undefined,
      },
    };
  }

  /** Who uses a database, whoever asks. Never rejects. */
  async useOf(record: DatabaseRecord): Promise<Use> {
    const [dependents, sessions] = await Promise.all([
      inTime('The catalog', this.#dependentsOf(record)),
      this.#sessionsOf(record),
    ]);
    return { dependents, sessions };
  }

  async #dependentsOf({
    name,
    environment,
  }: DatabaseRecord): Promise<Dependents> {
    const { auth, catalog } = this.#deps;
    return findDependents(
      catalog,
      databaseEntityRef(name, environment),
      await auth.getOwnServiceCredentials(),
    );
  }

  async #sessionsOf(record: DatabaseRecord): Promise<Use['sessions']> {
    const { providers } = this.#deps;
    // Nobody was ever given a login.
    if (!record.endpoint) return { found: 'known', value: [] };
    const title = providers.titleOf(record.provider_id);
    if (!providers.has(record.provider_id)) {
      return unknown(`${title} is not configured any more.`);
    }
    const provider = providers.get(record.provider_id);
    if (!provider.sessions) {
      return unknown(`${title} does not tell who is connected.`);
    }
    const signal = AbortSignal.timeout(WITHIN_MS);
    return inTime(title, provider.sessions(targetOf(record), { signal }));
  }

  /** Names only what the caller sees in the catalog; the rest is counted. */
  async #seen(
    dependents: Use['dependents'],
    credentials: BackstageCredentials,
  ): Promise<BlastRadius['dependents']> {
    if (dependents.found === 'unknown') return { ...dependents, items: [] };
    const { total, items } = dependents.value;
    if (!items.length) return { found: 'known', total, hidden: 0, items };
    const seen = await inTime(
      'The catalog',
      this.#deps.catalog.getEntitiesByRefs(
        {
          entityRefs: items.map(({ entityRef }) => entityRef),
          fields: ['kind'],
        },
        { credentials },
      ),
    );
    if (seen.found === 'unknown') return { ...seen, items: [] };
    const visible = items.filter((_, index) => seen.value.items[index]);
    const names = new Set(visible.map(({ entityRef }) => entityRef));
    return {
      found: 'known',
      total,
      hidden: items.length - visible.length,
      items: visible.map(({ via, ...item }) => ({
        ...item,
        ...(via && { via: names.has(via) ? via : 'something hidden' }),
      })),
    };
  }

  async #undoUntil({
    state,
    purge_after: purgeAfter,
  }: DatabaseRecord): Promise<string | undefined> {
    const { config, knex } = this.#deps;
    if (state === 'suspended' && purgeAfter) return purgeAfter.toISOString();
    if (state !== 'ready' && state !== 'suspended') return undefined;
    const { rows } = await knex.raw(
      `SELECT now() + ? * interval '1 hour' AS until`,
      [config.deletion.graceHours],
    );
    return rows[0].until.toISOString();
  }
}

/** What uses a database, in words; what is not known is taken for use. */
export function whatUses({ dependents, sessions }: Use): string[] {
  const words: string[] = [];
  if (dependents.found === 'unknown') {
    words.push(
      `whether something depends on it is not known (${dependents.reason})`,
    );
  } else if (dependents.value.total > 0) {
    const { total, items } = dependents.value;
    const first = items[0]?.entityRef ?? 'something';
    words.push(
      total === 1
        ? `${first} depends on it`
        : `${first} and ${total - 1} more depend on it`,
    );
  }
  if (sessions.found === 'unknown') {
    words.push(
      `whether somebody is connected is not known (${sessions.reason})`,
    );
  } else if (sessions.value.length > 0) {
    const count = sessions.value.length;
    words.push(`${count} ${count === 1 ? 'session is' : 'sessions are'} open`);
  }
  return words;
}

/** Why a database that is used cannot be deleted where it is; undefined where it can. */
export function refusalOf(
  { name, environment }: Pick<DatabaseRecord, 'name' | 'environment'>,
  use: Use,
  { refuseInUseIn }: { refuseInUseIn: string[] },
): string | undefined {
  const words = whatUses(use);
  return words.length && refuseInUseIn.includes(environment)
    ? `${name} is in use, and nothing in ${environment} is deleted while it is: ${words.join('; ')}. Take it out of what depends on it and stop what is connected first.`
    : undefined;
}

/** What has to be given to delete it all the same. */
export function askForWord(name: string, use: Use): string {
  return `${name} is in use: ${whatUses(use).join('; ')}. Give confirmName "${name}" and confirmInUse "${IN_USE_WORD}" to delete it all the same.`;
}

async function whyMissing(knex: Knex, id: string): Promise<string | undefined> {
  if (await findFinalBackup(knex, id)) return undefined;
  return (
    (await whyNoFinalBackup(knex, id)) ??
    'None was taken yet since it was suspended. One is taken by itself within minutes.'
  );
}

function presentSessions(
  sessions: Use['sessions'],
  logins: PersonalLoginRow[],
): BlastRadius['sessions'] {
  if (sessions.found === 'unknown') return { ...sessions, clients: [] };
  const people = new Map(
    logins.map(({ username, user_ref: person }) => [username, person]),
  );
  const clients = new Map<string, BlastClient>();
  for (const session of sessions.value) {
    const { username, kind, application, address, since } = session;
    const key = JSON.stringify([username, application, address]);
    const before = clients.get(key);
    clients.set(key, {
      username,
      kind,
      ...(people.has(username) && { person: people.get(username) }),
      ...(application && { application }),
      ...(address && { address }),
      sessions: (before?.sessions ?? 0) + 1,
      // The longest session comes first.
      since: before?.since ?? since.toISOString(),
    });
  }
  return {
    found: 'known',
    total: sessions.value.length,
    clients: [...clients.values()].slice(0, BLAST_RADIUS_MAX),
  };
}

function unknown(reason: string): Unknown {
  return { found: 'unknown', reason };
}

/** What was answered in time. What the other side says may name things that are not for everybody, so that it is not repeated. */
async function inTime<T>(who: string, answer: Promise<T>): Promise<Found<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too slow')), WITHIN_MS);
  });
  try {
    return { found: 'known', value: await Promise.race([answer, late]) };
  } catch {
    return unknown(`${who} does not answer.`);
  } finally {
    clearTimeout(timer);
  }
}
