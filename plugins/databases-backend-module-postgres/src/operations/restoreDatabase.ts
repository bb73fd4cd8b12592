import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import {
  DatabaseContents,
  DatabaseTarget,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import type { Client } from 'pg';
import { toProviderError } from '../errors';
import type { TenantNames } from '../identifiers';
import { RightsReader } from '../tools/RightsReader';
import type { RunningTool } from '../tools/runTool';
import { ToolSession } from '../tools/ToolSession';
import { claimExisting } from '../tenant';
import { DUMP_FORMAT } from './backupDatabase';
import { ToolContext } from './context';
import { countContents } from './countContents';
import { emptyDatabase } from './emptyDatabase';
import { endBlockers } from './endBlockers';
import { giveRights } from './giveRights';
import { ToolLogin, withToolLogin } from './toolLogins';

/** Each thing that is made has places in the server's table of locks until its transaction ends. */
const OBJECTS_AT_ONCE = 50;
/** The first version that has transactions of that kind. */
const HAS_TRANSACTIONS = 17;

/**
 * Fills a database from a dump, as its owner. All of it belongs to the owner, and the roles of the database have the rights that those
 * of the source had. What anybody else was given there is left out.
 * @internal
 */
export async function restoreDatabase(
  operation: ToolContext,
  target: DatabaseTarget,
  dump: { format: string; content: Readable },
  context: WriteContext,
): Promise<{ contents: DatabaseContents }> {
  const { content } = dump;
  // It may fail before it is read, and an error that nobody listens to would end the process.
  content.on('error', () => {});
  try {
    return await withToolLogin(operation, target, 'restore', context, login => {
      if (dump.format !== DUMP_FORMAT) {
        throw new TerminalError(
          `A dump of the format ${dump.format} does not fit a Postgres`,
        );
      }
      return fill(operation, target, login, content, context);
    });
  } finally {
    content.destroy();
  }
}

async function fill(
  operation: ToolContext,
  target: DatabaseTarget,
  login: ToolLogin,
  content: Readable,
  context: WriteContext,
): Promise<{ contents: DatabaseContents }> {
  const { server, config } = operation;
  const { names } = login;
  const { port } = config.connection;
  const { signal } = context;
  return ToolSession.use(
    { server, port, login, database: names.database, signal },
    async session => {
      const client = await session.connect().catch(error => {
        throw toProviderError(error, server.title, 'read');
      });
      try {
        await client.query(`SET lock_timeout TO '30s'`);
        await emptyDatabase(client, names.owner);
        const rights = await load(operation, session, names, content);
        for (const statement of rights) {
          await client.query(statement);
        }
        // What the owner has no right on is Postgres' own, and is left out.
        await client.query('ANALYZE');
        await giveRightsInside(operation, target, context);
        return { contents: await count(client) };
      } catch (error) {
        if (!signal?.aborted) {
          await emptyDatabase(client, names.owner).catch(() => {
            // The next attempt does it.
          });
        }
        throw content.errored ?? toProviderError(error, server.title, 'write');
      }
    },
  );
}

/**
 * Brings in what is in the dump.
 *
 * @returns the statements that give the roles of this database the rights that those of the source had
 */
async function load(
  { tools }: ToolContext,
  session: ToolSession,
  names: TenantNames,
  content: Readable,
): Promise<string[]> {
  const tool = await session.run(tools.restore, [
    '--format=custom',
    `--dbname=${names.database}`,
    `--role=${names.owner}`,
    '--no-owner',
    '--no-privileges',
    '--no-tablespaces',
    '--no-subscriptions',
    '--no-security-labels',
    '--no-password',
    '--exit-on-error',
    // One for all would fill the table of locks.
    ...(tools.version >= HAS_TRANSACTIONS
      ? [`--transaction-size=${OBJECTS_AT_ONCE}`]
      : []),
  ]);
  // Writes what is at the beginning of a dump as SQL, and reads no further.
  const reader = await session.run(tools.restore, [
    '--format=custom',
    '--schema-only',
    '--file=-',
  ]);
  let hasFailed = false;
  const isOver = tool.ended.then(code => {
    hasFailed = code !== 0;
    if (hasFailed) content.destroy();
  });
  const rights = readRights(reader, names);
  rights.catch(() => {
    // Where it is not waited for, something else has failed before.
  });
  try {
    await feed([tool, reader], content, isOver);
  } catch (error) {
    // Otherwise it is the program that knows why.
    if (!hasFailed) {
      tool.stop();
      await tool.ended;
      throw error;
    }
  } finally {
    reader.input.end();
  }
  await session.finish(tool, 'pg_restore');
  await session.finish(reader, 'pg_restore');
  return rights;
}

async function readRights(
  { output }: RunningTool,
  names: TenantNames,
): Promise<string[]> {
  const rights = RightsReader.create(names);
  const decoder = new StringDecoder('utf8');
  // How the program ended is asked elsewhere.
  for await (const data of output.on('error', () => {})) {
    rights.add(decoder.write(data));
  }
  return rights.finish();
}

/** Gives the programs what they take, and reads the rest all the same: only at its end is it known that the dump is whole. */
async function feed(
  tools: RunningTool[],
  content: Readable,
  isOver: Promise<void>,
): Promise<void> {
  for await (const data of content) {
    for (const { input, ended } of tools) {
      if (input.writable && !input.write(data)) {
        const isReady = once(input, 'drain').catch(() => {
          // It takes nothing more.
        });
        await Promise.race([isReady, ended, isOver]);
      }
    }
  }
  tools[0].input.end();
}

async function giveRightsInside(
  { server }: ToolContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const { names } = await claimExisting(session, target, context);
      await server.inDatabase(session, names.database, 'write', inside =>
        endBlockers(server, inside, () => giveRights(server, inside, names)),
      );
    },
    context,
  );
}

async function count(client: Client): Promise<DatabaseContents> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const contents = await countContents(client);
  await client.query('COMMIT');
  return contents;
}
