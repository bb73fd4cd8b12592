import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DatabaseDump,
  DatabaseTarget,
  RetryableError,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import type { Client } from 'pg';
import { enterFull, isDatabaseFull } from '../enterFull';
import { toProviderError } from '../errors';
import type { RunningTool } from '../tools/runTool';
import { ToolSession } from '../tools/ToolSession';
import { checkDumpable } from './checkDumpable';
import { ToolContext } from './context';
import { countContents } from './countContents';
import { ToolLogin, withToolLogin } from './toolLogins';

/** What `pg_restore` takes. */
export const DUMP_FORMAT = 'pg_dump-custom';

/** For a table that somebody has locked. */
const LOCK_WAIT_MS = 60_000;
const PAUSE_MS = 20;

/**
 * Dumps a database with `pg_dump`, and counts what is in it in the same snapshot.
 * @internal
 */
export async function backupDatabase(
  operation: ToolContext,
  target: DatabaseTarget,
  sink: Writable,
  context: WriteContext,
): Promise<DatabaseDump> {
  // It may fail while nobody writes into it, and an error that nobody listens to would end the process.
  sink.on('error', () => {});
  try {
    const dump = await withToolLogin(
      operation,
      target,
      'backup',
      context,
      login => dumpInto(operation, login, sink, context.signal),
    );
    sink.end();
    await finished(sink, { readable: false });
    return dump;
  } catch (error) {
    sink.destroy(error as Error);
    throw error;
  }
}

/** Leaves the sink open: nobody may take for whole what is not. */
async function dumpInto(
  { server, config, tools }: ToolContext,
  login: ToolLogin,
  sink: Writable,
  signal: AbortSignal | undefined,
): Promise<DatabaseDump> {
  const { database } = login.names;
  const { port } = config.connection;
  return ToolSession.use(
    { server, port, login, database, signal },
    async session => {
      try {
        const begin = () => beginDump({ config, tools }, session);
        const { client, tool } = await begin().catch(error => {
          if (!isDatabaseFull(error)) throw error;
          session.reset();
          return enterFull(server, database, begin, login.user);
        });
        const [contents, version] = await session.together([
          countContents(client),
          readVersion(client),
          passOn(tool, sink).then(() => session.finish(tool, 'pg_dump')),
        ]);
        return { format: DUMP_FORMAT, serverVersion: version, contents };
      } catch (error) {
        // Whoever writes it down knows better than the program that could not go on.
        throw sink.errored ?? toReadError(error, server.title);
      }
    },
  );
}

/** A session with a snapshot, and `pg_dump` in the same one. Both count for the limit of connections, so both begin here. */
async function beginDump(
  { config, tools }: Pick<ToolContext, 'config' | 'tools'>,
  session: ToolSession,
): Promise<{ client: Client; tool: RunningTool }> {
  const client = await session.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows } = await client.query(
    'SELECT pg_export_snapshot() AS snapshot',
  );
  await checkDumpable(client, config);
  const tool = await session.run(tools.dump, [
    '--format=custom',
    // Four times as fast as what is not told, and hardly longer.
    '--compress=gzip:1',
    `--snapshot=${rows[0].snapshot}`,
    `--lock-wait-timeout=${LOCK_WAIT_MS}`,
    '--quote-all-identifiers',
    '--no-tablespaces',
    '--no-subscriptions',
    '--no-security-labels',
    '--no-password',
  ]);
  while (!tool.hasExited() && !(await isIn(client))) {
    await sleep(PAUSE_MS);
  }
  if (tool.hasExited() && (await hasFoundNoPlace(tool))) {
    throw Object.assign(new Error('too many connections for database'), {
      code: '53300',
    });
  }
  return { client, tool };
}

async function isIn(client: Client): Promise<boolean> {
  // Within a transaction Postgres shows the sessions as they were when it was asked first.
  await client.query('SELECT pg_stat_clear_snapshot()');
  const { rowCount } = await client.query(
    'SELECT FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()',
  );
  return rowCount !== 0;
}

async function hasFoundNoPlace(tool: RunningTool): Promise<boolean> {
  const found = () => /too many connections for database/.test(tool.said());
  // What it has said may still be on its way.
  await Promise.race([tool.ended, sleep(PAUSE_MS)]);
  return found();
}

function toReadError(error: unknown, server: string): Error {
  return (error as { code?: string }).code === '42501'
    ? new TerminalError(
        `There is something in the database that its owner may not read, and a dump would lack it: ${(error as Error).message}`,
      )
    : toProviderError(error, server, 'read');
}

async function passOn(tool: RunningTool, sink: Writable): Promise<void> {
  try {
    await pipeline(tool.output, sink, { end: false });
  } catch (error) {
    throw sink.destroyed && !sink.errored
      ? new RetryableError('What the dump is written into was closed')
      : error;
  }
}

async function readVersion(client: Client): Promise<string> {
  const { rows } = await client.query(
    `SELECT current_setting('server_version') AS version`,
  );
  return rows[0].version.split(' ')[0];
}
