import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchPortal, type LaunchedPortal } from '@slipway/test-servers';
import { Client } from 'pg';
import { Gates, type Gate } from './support/Gates.ts';
import { HttpClient } from './support/HttpClient.ts';
import { Leaks } from './support/leaks.ts';
import { openSealed } from './support/openSealed.ts';
import { connectGitHost, signIn } from './support/signIn.ts';
import { until } from './support/until.ts';

const OWNER = 'lighthouse';

/** Where the portal is killed: the last thing that has happened, and the first that has not. */
type Point = (name: string) => Omit<Gate, 'database'> & { database?: string };

const thing =
  (kind: string, state: 'intended' | 'made'): Point =>
  name => ({
    table: 'slipway_things',
    on: state === 'intended' ? 'INSERT' : 'UPDATE',
    when: `NEW.kind = '${kind}' AND NEW.state = '${state}' AND NEW.title LIKE '%${name}%'`,
  });

const points: Record<string, Point> = {
  'nothing is made yet': thing('database', 'intended'),
  'the order of the database is not yet accepted': name => ({
    database: 'slipway_databases',
    table: 'databases',
    on: 'INSERT',
    when: `NEW.name = '${name}-db'`,
  }),
  'the database is ordered, and the task does not know': thing(
    'database',
    'made',
  ),
  'the database is there, and its operation does not know': name => ({
    database: 'slipway_databases',
    table: 'operations_operations',
    on: 'UPDATE',
    when: `NEW.state = 'succeeded' AND NEW.resource_id = (SELECT id::text FROM databases WHERE name = '${name}-db')`,
  }),
  'the repository is not yet made': thing('repository', 'intended'),
  'the repository is filled, and the task does not know': thing(
    'repository',
    'made',
  ),
  'the service is not yet registered': thing('location', 'intended'),
  'the catalog has not yet accepted the service': name => ({
    database: 'slipway_catalog',
    table: 'locations',
    on: 'INSERT',
    when: `NEW.target LIKE '%/${name}/%'`,
  }),
  'the service is registered, and the task does not know': thing(
    'location',
    'made',
  ),
  'everything is made, and the task is not yet done': name => ({
    table: 'tasks',
    on: 'UPDATE',
    when: `NEW.status = 'completed' AND NEW.spec LIKE '%${name}%'`,
  }),
};

/**
 * The golden path with a database, its portal killed at each of its side effects. Some tasks share a kill: each stands
 * at a point of its own when it comes.
 */
describe('golden path', () => {
  let portal: LaunchedPortal;
  let gates: Gates;
  let person: HttpClient;
  let gitToken: string;
  const stamp = `crash-${Date.now().toString(36)}`;
  const names = Object.keys(points).map((_, index) => `${stamp}-point${index}`);

  before(async () => {
    portal = await launchPortal();
    gates = new Gates(superuser(portal, portal.ports.portalDb));
    person = await signIn(portal.url, 'sam.okafor', portal.password);
    gitToken = await connectGitHost(person, portal.url);
  });
  after(async () => {
    await gates?.close();
    await portal?.remove();
  });

  const survive = async (...indexes: number[]) => {
    for (const index of indexes) {
      await gates.set({
        database: 'slipway_scaffolder',
        ...conditionAt(index),
      });
    }
    const tasks = new Array<string>();
    for (const index of indexes) {
      tasks.push(await start(names[index]));
    }
    await gates.closed(120);
    await endPortal(portal, 'SIGKILL');
    await gates.takeDown();
    await until('the portal runs again', 120, () => isReady(portal));
    for (const task of tasks) {
      assert.equal(await outcome(task), 'completed', await logOf(task));
    }
  };
  const titleOf = (...indexes: number[]) =>
    `goes on after a kill: ${indexes.map(index => Object.keys(points)[index]).join('; ')}`;

  // The task store has six connections; each task that waits at one of its gates has one of them.
  test(titleOf(0, 1, 3, 4), () => survive(0, 1, 3, 4));
  test(titleOf(2, 5, 6, 7), () => survive(2, 5, 6, 7));
  test(titleOf(8, 9), () => survive(8, 9));

  test('goes on after the portal was stopped and has ended by itself', async () => {
    const name = `${stamp}-stopped`;
    const task = await start(name);
    await until('the order of its database is under way', 60, async () => {
      const things = await rowsOf(
        superuser(portal, portal.ports.portalDb),
        'slipway_scaffolder',
        `SELECT id FROM slipway_things WHERE kind = 'database' AND title LIKE '%${name}%'`,
      );
      return things.length > 0;
    });
    await endPortal(portal, 'SIGTERM');
    await until('the portal runs again', 120, () => isReady(portal));
    assert.equal(await outcome(task), 'completed', await logOf(task));
    await assertMadeOnce(name);
  });

  test('goes on when the repository is made and still empty', async () => {
    const name = `${stamp}-empty`;
    names.push(name);
    const task = await start(name);
    const repository = join(portal.dataDir, 'git', OWNER, `${name}.git`);
    const deadline = Date.now() + 120_000;
    while (!existsSync(repository)) {
      assert.ok(Date.now() < deadline, 'the repository was made');
      await sleep(2);
    }
    await endPortal(portal, 'SIGKILL');
    await until('the portal runs again', 120, () => isReady(portal));
    assert.equal(await outcome(task), 'completed', await logOf(task));
  });

  test('has made one of each, and nothing else', async () => {
    for (const name of names) {
      await assertMadeOnce(name);
    }
    const own = names.map(name => `${name}-db`).sort();
    const tenants = await rowsOf(
      superuser(portal, portal.ports.tenantDb),
      'postgres',
      `SELECT datname FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', 'slipway_neighbour')`,
    );
    const known = await rowsOf(
      superuser(portal, portal.ports.portalDb),
      'slipway_databases',
      'SELECT name, external_name FROM databases WHERE deleted_at IS NULL',
    );
    assert.deepEqual(
      known
        .map(row => row.name)
        .filter(name => own.includes(name))
        .sort(),
      own,
    );
    // No server has a database that the portal does not know, and the other way round.
    assert.deepEqual(
      tenants.map(row => row.datname).sort(),
      known.map(row => row.external_name).sort(),
    );
  });

  test('says what a cancelled task made, and removes exactly that for its owner', async () => {
    const name = `${stamp}-undone`;
    // The task waits for its entity, which does not come.
    await gates.set({
      database: 'slipway_catalog',
      table: 'final_entities',
      on: 'INSERT',
      when: `NEW.entity_ref = 'component:default/${name}'`,
    });
    const task = await start(name);
    await until('the service is registered', 60, () => knowsItsLocation(name));
    const cancelled = await person.post(
      `${portal.url}/api/scaffolder/v2/tasks/${task}/cancel`,
    );
    assert.equal(cancelled.status, 200, cancelled.text);
    assert.notEqual(await outcome(task), 'completed');
    await gates.takeDown();
    await until('the log lists what was made', 30, async () => {
      const log = await logOf(task);
      return ['Repository', 'Database', 'Location'].every(kind =>
        log.includes(`- ${kind} `),
      );
    });

    const removal = await run('remove-what-a-task-made', {
      taskId: task,
    });
    assert.equal(await outcome(removal), 'completed', await logOf(removal));
    assert.deepEqual(await locationsOf(name), []);
    const repository = await fetch(
      `${portal.gitUrl}/api/v1/repos/${OWNER}/${name}`,
      { headers: { authorization: `token ${gitToken}` } },
    );
    assert.equal(repository.status, 404);
    await until('the database is turned off', 30, async () => {
      const database = await person.get(
        `${portal.url}/api/databases/databases/by-name/development/${name}-db`,
      );
      return database.json().state === 'suspended';
    });
  });

  test('has kept no secret of any task', async () => {
    const rows = await rowsOf(
      superuser(portal, portal.ports.portalDb),
      'slipway_scaffolder',
      'SELECT id FROM tasks WHERE secrets IS NOT NULL',
    );
    assert.deepEqual(rows, []);
  });

  test('has told none of its secrets to any table or log', async () => {
    const server = superuser(portal, portal.ports.portalDb);
    const secrets: Record<string, unknown> = JSON.parse(
      readFileSync(join(portal.dataDir, 'secrets.json'), 'utf8'),
    );
    const passwords = await openSealed(
      { ...server, database: 'slipway_databases' },
      String(secrets.sealingKey),
    );
    assert.ok(passwords.size > 0);
    const leaks = Leaks.create([
      ...Object.entries(secrets).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
      ...passwords,
      ["the person's token for the git host", gitToken],
      ["the person's token for the portal", person.token ?? ''],
    ]);
    // The identity provider's database is beside the portal's, and has to know its own.
    const found = await leaks.inServer(server, /^slipway_/);
    const logs = join(portal.dataDir, 'logs');
    for (const name of readdirSync(logs)) {
      const text = readFileSync(join(logs, name), 'utf8');
      found.push(...leaks.inText(text, name));
    }
    assert.deepEqual(found, []);
  });

  function conditionAt(index: number) {
    return Object.values(points)[index](names[index]);
  }

  function repoUrlOf(name: string) {
    return `localhost:${portal.ports.git}?owner=${OWNER}&repo=${name}`;
  }

  function start(name: string) {
    return run('typescript-service', {
      name,
      description: 'Tries what a crash does.',
      owner: 'group:default/team-orders',
      databaseSize: 'small',
      repoUrl: repoUrlOf(name),
    });
  }

  async function run(template: string, values: object): Promise<string> {
    const answer = await person.post(`${portal.url}/api/scaffolder/v2/tasks`, {
      templateRef: `template:default/${template}`,
      values,
      secrets: { USER_OAUTH_TOKEN: gitToken },
    });
    assert.equal(answer.status, 201, answer.text);
    return answer.json().id;
  }

  /** Whether a task has noted that it registered the service; the wait for its entity comes after. */
  async function knowsItsLocation(name: string): Promise<boolean> {
    const things = await rowsOf(
      superuser(portal, portal.ports.portalDb),
      'slipway_scaffolder',
      `SELECT id FROM slipway_things WHERE kind = 'location' AND state = 'made' AND title LIKE '%/${name}/%'`,
    );
    return things.length > 0;
  }

  function locationsOf(name: string) {
    return rowsOf(
      superuser(portal, portal.ports.portalDb),
      'slipway_catalog',
      `SELECT id FROM locations WHERE target LIKE '%/${name}/%'`,
    );
  }

  async function outcome(task: string): Promise<string> {
    return until(`task ${task} ends`, 180, async () => {
      const answer = await person.get(
        `${portal.url}/api/scaffolder/v2/tasks/${task}`,
      );
      const status = answer.status === 200 ? answer.json().status : undefined;
      return ['completed', 'failed', 'cancelled'].includes(status) && status;
    });
  }

  async function logOf(task: string): Promise<string> {
    const answer = await person.get(
      `${portal.url}/api/scaffolder/v2/tasks/${task}/events`,
    );
    return answer
      .json()
      .map((event: { body: { message?: string } }) => event.body.message)
      .join('\n');
  }

  async function isInCatalog(ref: string): Promise<boolean> {
    const answer = await person.get(
      `${portal.url}/api/catalog/entities/by-name/${ref}`,
    );
    return answer.status === 200;
  }

  async function assertMadeOnce(name: string): Promise<void> {
    const commits = await fetch(
      `${portal.gitUrl}/api/v1/repos/${OWNER}/${name}/commits`,
      { headers: { authorization: `token ${gitToken}` } },
    );
    assert.equal(commits.status, 200, name);
    const history = await commits.json();
    assert.equal(history.length, 1, `${name} has one commit`);
    assert.equal(history[0].commit.author.name, 'Sam Okafor');

    for (const ref of [
      `component/default/${name}`,
      `resource/default/${name}-db.development`,
    ]) {
      // A refresh that the kill cut off is taken up half a minute later, and the next is due in a minute.
      await until(`${ref} is in the catalog`, 150, () => isInCatalog(ref));
    }
    const locations = await locationsOf(name);
    assert.equal(locations.length, 1, `${name} is registered once`);
    const database = await person.get(
      `${portal.url}/api/databases/databases/by-name/development/${name}-db`,
    );
    assert.equal(database.json().state, 'ready', database.text);
    const things = await rowsOf(
      superuser(portal, portal.ports.portalDb),
      'slipway_scaffolder',
      `SELECT kind, state FROM slipway_things WHERE title LIKE '%${name}%' ORDER BY kind`,
    );
    assert.deepEqual(things, [
      { kind: 'database', state: 'made' },
      { kind: 'location', state: 'made' },
      { kind: 'repository', state: 'made' },
    ]);
  }
});

async function endPortal(
  portal: LaunchedPortal,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  const processes: { name: string; pid: number }[] = JSON.parse(
    readFileSync(join(portal.dataDir, 'processes.json'), 'utf8'),
  );
  const pid = processes.find(({ name }) => name === 'portal')?.pid;
  assert.ok(pid);
  // When killed, its group: with what it has started.
  process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
  await until('the portal is gone', 30, async () => !(await isReady(portal)));
}

async function isReady(portal: LaunchedPortal): Promise<boolean> {
  try {
    const answer = await fetch(`${portal.url}/.backstage/health/v1/readiness`, {
      signal: AbortSignal.timeout(5000),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

function superuser(portal: LaunchedPortal, port: number) {
  const secrets = JSON.parse(
    readFileSync(join(portal.dataDir, 'secrets.json'), 'utf8'),
  );
  return {
    host: '127.0.0.1',
    port,
    user: 'slipway_superuser',
    password:
      port === portal.ports.portalDb
        ? secrets.portalDbSuperuser
        : secrets.tenantDbSuperuser,
  };
}

async function rowsOf(
  connection: ReturnType<typeof superuser>,
  database: string,
  statement: string,
): Promise<Record<string, string>[]> {
  const client = new Client({ ...connection, database });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
