import { randomBytes } from 'node:crypto';
import { ErrorReply } from '@redis/client';
import {
  DatabaseTarget,
  ReadContext,
  TerminalError,
  Verification,
  VerificationCheck,
  WorkloadSlot,
} from '@slipway/plugin-databases-node';
import { NEIGHBOUR_KEY } from '../bootstrapServer';
import { codeOf } from '../errors';
import { tenantNames } from '../identifiers';
import { Command, Reply, Session } from '../RedisServer';
import { registry } from '../registry';
import { OperationContext } from './context';
import { listRecords } from './listOwned';

const NEIGHBOURS = 3;

/**
 * What shows neighbours or touches them although keys are limited. The server is
 * asked whether the login may; nothing of it is done.
 */
const FORBIDDEN: Command[] = [
  ['KEYS', '*'],
  ['SCAN', '0'],
  ['RANDOMKEY'],
  ['DBSIZE'],
  ['FLUSHDB'],
  ['FLUSHALL'],
  ['SELECT', '1'],
  ['SWAPDB', '0', '1'],
  ['MONITOR'],
  ['INFO'],
  ['CONFIG', 'GET', '*'],
  ['ACL', 'LIST'],
  ['CLIENT', 'LIST'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['CLIENT', 'TRACKING', 'ON', 'BCAST'],
  ['PUBSUB', 'CHANNELS'],
  ['EVAL', 'return 1', '0'],
  ['SCRIPT', 'FLUSH'],
  ['FUNCTION', 'LIST'],
  ['DEBUG', 'JMAP'],
  ['SHUTDOWN'],
];

/**
 * The isolation probe: logs in as the application would, works as it would, and
 * tries what a tenant must not be able to do. Leaves nothing behind.
 * @internal
 */
export async function verifyLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  login: { slot: WorkloadSlot; password: string },
  context?: ReadContext,
): Promise<Verification> {
  const names = tenantNames(target.externalName);
  const user = names.logins[login.slot];
  const neighbours = await server.use(
    session => listNeighbours(session, names.database),
    context,
  );
  const { accepted, result } = await server.tryLogin(
    { user, password: login.password },
    async session => [
      await checkInside(session, names.database),
      ...(await checkNeighbours(session, neighbours)),
    ],
  );
  const checks: VerificationCheck[] = [
    {
      id: 'login',
      title: 'The application’s login is accepted',
      passed: accepted,
      detail: accepted ? undefined : 'refused',
    },
    ...(result ?? []),
  ];
  if (accepted) {
    checks.push(
      await server.use(session => checkPowers(session, user), context),
    );
  }
  return { passed: checks.every(({ passed }) => passed), checks };
}

/** Keys of others: the one that is always there, the registry's, and those that some databases could have. */
async function listNeighbours(
  session: Session,
  own: string,
): Promise<string[]> {
  if ((await session.call('EXISTS', NEIGHBOUR_KEY)) !== 1) {
    throw new TerminalError(
      `The server has no key "${NEIGHBOUR_KEY}" to try. Prepare the server again with bootstrapServer.`,
    );
  }
  const others = [...(await listRecords(session)).values()]
    .map(({ externalName }) => externalName)
    .filter(name => name !== own)
    .sort(() => Math.random() - 0.5)
    .slice(0, NEIGHBOURS);
  return [NEIGHBOUR_KEY, registry.tenants, ...others.map(name => `${name}:1`)];
}

async function checkInside(
  session: Session,
  own: string,
): Promise<VerificationCheck> {
  const key = `${own}:slipway_probe_${randomBytes(6).toString('hex')}`;
  const replies = await session.callAll([
    // It ends by itself if the line breaks now.
    ['SET', key, 'afloat', 'EX', '60'],
    ['GET', key],
    ['DEL', key],
  ]);
  return {
    id: 'key',
    title: 'Writing, reading and removing a key works',
    passed: replies[1] === 'afloat' && replies[2] === 1,
    detail: replies.map(outcomeOf).find(outcome => outcome !== 'allowed'),
  };
}

async function checkNeighbours(
  session: Session,
  keys: string[],
): Promise<VerificationCheck[]> {
  const replies = await session.callAll(
    keys.map(key => ['TYPE', key] as const),
  );
  return keys.map((key, index) => ({
    id: 'neighbour-refused',
    title: `Looking at "${key}" is refused`,
    passed: outcomeOf(replies[index]) === 'NOPERM',
    detail: outcomeOf(replies[index]),
  }));
}

async function checkPowers(
  session: Session,
  user: string,
): Promise<VerificationCheck> {
  const replies = await session.callAll(
    FORBIDDEN.map(command => ['ACL', 'DRYRUN', user, ...command] as const),
  );
  const allowed = FORBIDDEN.filter((_, index) => {
    const reply = replies[index];
    if (reply instanceof Error && codeOf(reply) !== 'ERR') {
      throw reply;
    }
    // Otherwise it says why not, or does not know the command.
    return reply === 'OK';
  }).map(([name, sub]) => [name, sub].filter(Boolean).join(' '));
  return {
    id: 'no-powers',
    title: 'The login has no rights beyond its own keys',
    passed: allowed.length === 0,
    detail: allowed.join(', ') || undefined,
  };
}

function outcomeOf(reply: Reply): string {
  return reply instanceof ErrorReply ? codeOf(reply) : 'allowed';
}
