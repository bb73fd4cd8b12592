/**
 * A process that runs operations and dies at a given point. Started by the crash tests.
 * Points are calls to the outside and commits, each with a before and an after.
 */
import createKnex, { type Knex } from 'knex';
import PostgresClient from 'knex/lib/dialects/postgres';
import { DurableOperations } from '../DurableOperations';
import { AmbiguousError } from '../errors';
import { silentLogger } from './silentLogger';
import { createDockMachine } from './dock';

const { CONNECTION, OUTSIDE, OPERATION, KILL_AT, LEASE_MS, SWEEP_MS } =
  process.env as Record<string, string>;

let armed = false;
let points = 0;
function point(label: string) {
  points += 1;
  process.stdout.write(`point ${points} ${label}\n`);
  if (points === Number(KILL_AT)) {
    process.kill(process.pid, 'SIGKILL');
  }
}

class CountingClient extends PostgresClient {
  async _query(connection: object, obj: object & { sql?: string }) {
    const isCommit = obj.sql?.startsWith('COMMIT') && armed;
    if (isCommit) point('before commit');
    const answer = await super._query(connection, obj);
    if (isCommit) point('after commit');
    return answer;
  }
}

async function call(path: string, signal?: AbortSignal): Promise<string> {
  const response = await fetch(`${OUTSIDE}${path}`, {
    method: path.startsWith('/exists') ? 'GET' : 'POST',
    signal,
  });
  if (!response.ok) throw new AmbiguousError(await response.text());
  return response.text();
}

async function main() {
  const knex = createKnex({
    client: CountingClient as unknown as typeof Knex.Client,
    connection: CONNECTION,
    pool: { min: 0, max: 6 },
  });
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'docks',
    logger: silentLogger,
    machines: [
      createDockMachine({
        async make(name, fence, signal) {
          point(`before make ${name}`);
          await call(`/make/${name}?fence=${fence}`, signal);
          point(`after make ${name}`);
        },
        async exists(name) {
          return (await call(`/exists/${name}`)) === 'yes';
        },
        async remove(name, fence) {
          point(`before remove ${name}`);
          await call(`/remove/${name}?fence=${fence}`);
          point(`after remove ${name}`);
        },
      }),
    ],
    leaseMs: LEASE_MS ? Number(LEASE_MS) : undefined,
    sweepMs: SWEEP_MS ? Number(SWEEP_MS) : undefined,
  });
  armed = true;
  await operations.start();
  for (;;) {
    const { state } = await operations.getOperation(OPERATION);
    if (['succeeded', 'failed', 'uncertain', 'cancelled'].includes(state))
      break;
    await new Promise(resolve => setTimeout(resolve, 25));
  }
  armed = false;
  await operations.stop();
  await knex.destroy();
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
