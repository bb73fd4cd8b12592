import { ErrorReply } from '@redis/client';
import {
  DatabaseTarget,
  StaleFenceError,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { ownerMark, TenantNames, tenantNames } from './identifiers';
import { codeOf } from './errors';
import { Command, RedisServer, Session } from './RedisServer';
import {
  parseTenant,
  registry,
  TenantRecord,
  write,
  writeFence,
} from './registry';
import { readUsers, RedisUser, toUser } from './users';

/**
 * What is on the server under the names of one database.
 * @internal
 */
export interface Tenant {
  names: TenantNames;
  /** Absent when nothing of ours is there. */
  record?: TenantRecord;
  /** Users of ours that are there, by name: the application's and people's. */
  users: Map<string, RedisUser>;
  /** The name of something that has one of our names and is not ours. */
  foreign?: string;
  /** The fence with which it was destroyed before. */
  tombstone?: bigint;
}

/** @internal */
export async function readTenant(
  session: Session,
  target: DatabaseTarget,
): Promise<Tenant> {
  const names = tenantNames(target.externalName);
  const workload = Object.values(names.logins);
  const [hash, holder, ...found] = await session.callAll([
    ['HGETALL', registry.tenant(target.id)],
    ['GET', registry.name(names.database)],
    ...workload.map(name => ['ACL', 'GETUSER', name] as const),
  ]);
  for (const reply of [hash, holder]) {
    if (reply instanceof Error) throw reply;
  }
  const { record, tombstone } = parseTenant(hash);
  const people = [...(record?.personal.keys() ?? [])];
  const theirs = people.length > 0 ? await readUsers(session, people) : [];
  const all = [
    ...workload.map((name, index) => [name, toUser(found[index])] as const),
    ...people.map((name, index) => [name, theirs[index]] as const),
  ];
  // What the registry has is ours, also when somebody has altered its rights and with them the mark. The mark is for what a
  // power cut has taken out of the registry.
  const isOurs = (name: string, user: RedisUser) =>
    record?.hasLogins ||
    record?.personal.has(name) ||
    user.keys.includes(ownerMark(target.id));
  const users = new Map<string, RedisUser>();
  let foreign: string | undefined;
  for (const [name, user] of all) {
    if (user && isOurs(name, user)) {
      users.set(name, user);
    } else if (user) {
      foreign = name;
    }
  }
  if (
    (holder !== null && holder !== target.id) ||
    (record && record.externalName !== names.database)
  ) {
    foreign = names.database;
  }
  return { names, record, users, foreign, tombstone };
}

/**
 * A change of what is on the server, all of which takes place or nothing.
 * @internal
 */
export interface Change<T = void> {
  /** Fields of the tenant's hash to write. */
  set?: Record<string, string>;
  /** Fields of the tenant's hash to remove. */
  unset?: string[];
  commands?: Command[];
  /** It only takes away: it is done step by step on a server that is full and lets nobody do several things together. */
  takesAway?: boolean;
  result: T;
}

/**
 * Changes things of one database, fenced: what is there is read, and the change
 * takes place only if nobody has changed the database since. So neither workers
 * of the same database nor one that was overtaken can do harm, whatever stops
 * them. From then on workers with a lower fence are refused.
 *
 * @param decide - says what to change, from what is there. Runs again when somebody came between
 * @throws TerminalError when something is there that is not ours
 * @throws StaleFenceError when a newer worker has been here
 * @internal
 */
export async function change<T>(
  server: RedisServer,
  target: DatabaseTarget,
  context: WriteContext,
  decide: (tenant: Tenant, session: Session) => Promise<Change<T>> | Change<T>,
): Promise<T> {
  return server.use(
    session => changeIn(server, session, target, context, decide),
    context,
  );
}

/** As {@link change}, in a session that is there. */
export async function changeIn<T>(
  server: RedisServer,
  session: Session,
  target: DatabaseTarget,
  context: Pick<WriteContext, 'fence'>,
  decide: (tenant: Tenant, session: Session) => Promise<Change<T>> | Change<T>,
): Promise<T> {
  const key = registry.tenant(target.id);
  return server.undisturbed(session, async () => {
    await session.call('WATCH', key, registry.name(target.externalName));
    const tenant = await readTenant(session, target);
    assertMine(tenant, context);
    const decided = await decide(tenant, session);
    const changes = toCommands(target, tenant, decided, context);
    try {
      const replies = await session.transaction(changes);
      return replies && { result: decided.result };
    } catch (error) {
      const code = error instanceof ErrorReply ? codeOf(error) : '';
      if (decided.takesAway && code === 'MISCONF') {
        // It does not write to its keys until its disk is mended; nobody is to be let in until then.
        await session.callAll(
          changes.filter(([name]) => name === 'ACL' || name === 'CLIENT'),
        );
      }
      if (!decided.takesAway || code !== 'OOM') {
        throw error;
      }
      await takeAway(session, target, context, changes);
      return { result: decided.result };
    }
  });
}

function toCommands(
  target: DatabaseTarget,
  tenant: Tenant,
  { set, unset = [], commands = [] }: Change<unknown>,
  context: Pick<WriteContext, 'fence'>,
): Command[] {
  const key = registry.tenant(target.id);
  const fields = { ...set, fence: context.fence.toString() };
  const isKnown = tenant.record !== undefined || set !== undefined;
  return [
    ...(isKnown ? [write('HSET', key, ...Object.entries(fields).flat())] : []),
    ...(unset.length > 0 ? [['HDEL', key, ...unset] as const] : []),
    ...commands,
    ...(commands.some(([name]) => name === 'ACL')
      ? [['ACL', 'SAVE'] as const]
      : []),
  ];
}

/**
 * The same without a transaction: the fence first, then all at once. A worker
 * that overtakes in between may find something taken away that it has given, and
 * nothing given that it has taken away.
 */
async function takeAway(
  session: Session,
  target: DatabaseTarget,
  { fence }: Pick<WriteContext, 'fence'>,
  changes: Command[],
): Promise<void> {
  await session.call('UNWATCH');
  if ((await session.write(writeFence(target.id, fence))) !== 1) {
    throw overtaken();
  }
  const replies = await session.callAll(changes);
  const failed = replies.find(reply => reply instanceof Error);
  if (failed) {
    throw failed;
  }
}

function overtaken(): Error {
  return new StaleFenceError('Another worker has taken this database over');
}

/** Proves that this worker may change what is there. */
function assertMine(
  { foreign, record, tombstone }: Tenant,
  context: Pick<WriteContext, 'fence'>,
): void {
  if (foreign) {
    throw new TerminalError(
      `"${foreign}" is on the server already and is not of this database. It was left as it is: rename or remove it, or order under another name.`,
    );
  }
  const seen = record ? record.fence : tombstone;
  if (seen !== undefined && context.fence < seen) {
    throw overtaken();
  }
}

/**
 * For work on what is ours.
 *
 * @throws TerminalError when there is nothing of ours
 * @internal
 */
export function existing(
  tenant: Tenant,
): asserts tenant is Tenant & { record: TenantRecord } {
  if (!tenant.record) {
    throw new TerminalError('The database is not on the server');
  }
}
