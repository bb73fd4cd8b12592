// The supervisor with its servers, without a portal on top: what happens when one of them dies, or it does itself.
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { chooseServerUser } from './postgres/serverUser.ts';
import { stopLeftovers } from './processes/leftovers.mjs';
import { isAlive, type ProcessIdentity } from './processes/processes.mjs';
import type { SupervisorMessage } from './supervisor/messages.ts';
import { eventually } from './testing/eventually.ts';
import { onEnd } from './testing/onEnd.ts';
import { freePort, temporaryFolder } from './testing/startServer.ts';

const quiet = [
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
];

class TestStack {
  readonly dataDir: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly messages: SupervisorMessage[] = [];
  supervisor?: ChildProcess;

  static async create(t: TestContext): Promise<TestStack> {
    const dataDir = join(temporaryFolder(t), 'data');
    const variables = ['PORT', 'PORTAL_DB_PORT', 'TENANT_DB_PORT'];
    variables.push('OIDC_PORT', 'GIT_PORT', 'METRICS_PORT');
    const env: NodeJS.ProcessEnv = { ...process.env };
    for (const variable of variables) {
      env[`SLIPWAY_${variable}`] = String(await freePort());
    }
    const stack = new TestStack(dataDir, {
      ...env,
      SLIPWAY_DATA_DIR: dataDir,
      SLIPWAY_SAMPLE: '',
      NODE_TEST_CONTEXT: undefined,
    });
    onEnd(t, async () => {
      stack.supervisor?.kill('SIGKILL');
      await stopLeftovers(dataDir);
    });
    return stack;
  }

  private constructor(dataDir: string, env: NodeJS.ProcessEnv) {
    this.dataDir = dataDir;
    this.#env = env;
  }

  launch(): ChildProcess {
    const supervisor = fork(join(import.meta.dirname, 'main.ts'), {
      env: this.#env,
      execArgv: quiet,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.supervisor = supervisor;
    this.messages.length = 0;
    supervisor.on('message', message =>
      this.messages.push(message as SupervisorMessage),
    );
    return supervisor;
  }

  async start(): Promise<void> {
    this.launch();
    await eventually('the servers', () => {
      const failure = this.messages.find(each => each.type === 'failed');
      assert.equal(failure, undefined);
      return (
        this.messages.filter(each => each.type === 'step-end').length === 2
      );
    });
  }

  processes(): (ProcessIdentity & { name: string })[] {
    const path = join(this.dataDir, 'processes.json');
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
  }

  process(name: string) {
    return this.processes().find(each => each.name === name);
  }

  /** Data directories that are being made. */
  drafts(): string[] {
    const { home } = chooseServerUser(this.dataDir);
    return readdirSync(home)
      .filter(name => name.endsWith('.draft'))
      .map(name => join(home, name));
  }

  /** Until Postgres is about to fill both of them. */
  async makesDatabases(): Promise<void> {
    await eventually(
      'the data directories',
      () =>
        this.drafts().filter(draft => existsSync(join(draft, 'PG_VERSION')))
          .length === 2,
    );
  }

  hasSaid(text: string): boolean {
    return this.messages.some(
      each => each.type === 'note' && each.text.includes(text),
    );
  }

  url(variable: string, path: string): string {
    return `http://127.0.0.1:${this.#env[variable]}${path}`;
  }
}

test('the servers of the local stack', async suite => {
  const stack = await TestStack.create(suite);
  await stack.start();

  for (const [name, title] of [
    ['postgres-portal', "the portal's Postgres"],
    ['postgres-tenants', "the tenants' Postgres"],
    ['identity', 'the identity provider'],
    ['git-host', 'the git host'],
  ]) {
    await suite.test(`${title} is started again when it dies`, async () => {
      const before = stack.process(name);
      assert.ok(before && isAlive(before));
      process.kill(before.pid, 'SIGKILL');
      await eventually('the message', () =>
        stack.hasSaid(`${title} runs again`),
      );
      assert.ok(stack.hasSaid(`${title} has died (it was stopped by SIGKILL)`));
      assert.notEqual(stack.process(name)?.pid, before.pid);
    });
  }

  await suite.test('they answer', async () => {
    for (const [variable, path] of [
      ['SLIPWAY_OIDC_PORT', '/.well-known/openid-configuration'],
      ['SLIPWAY_GIT_PORT', '/api/v1/repos/lighthouse/checkout'],
    ]) {
      assert.equal((await fetch(stack.url(variable, path))).status, 200);
    }
  });

  await suite.test('secrets are in no log', async () => {
    const secrets = Object.values(
      JSON.parse(readFileSync(join(stack.dataDir, 'secrets.json'), 'utf8')),
    ).filter(each => typeof each === 'string');
    assert.ok(secrets.length > 10);
    const folder = join(stack.dataDir, 'logs');
    const files = readdirSync(folder);
    assert.ok(files.includes('postgres-portal.log'));
    for (const file of files) {
      const log = readFileSync(join(folder, file), 'utf8');
      for (const secret of secrets) {
        assert.ok(!log.includes(secret), `a secret is in ${file}`);
      }
    }
  });

  await suite.test(
    'what a killed supervisor leaves is stopped by the next start, and the data is there',
    async () => {
      const left = stack.processes();
      assert.equal(left.length, 5);
      const secrets = readFileSync(join(stack.dataDir, 'secrets.json'), 'utf8');
      stack.supervisor?.kill('SIGKILL');
      await eventually('its end', () => !isAlive(left[0]));
      assert.ok(left.slice(1).some(isAlive));

      const stopped = await stopLeftovers(stack.dataDir);
      assert.ok(stopped.includes('postgres-portal'));
      assert.ok(left.every(each => !isAlive(each)));
      await stack.start();
      assert.equal(
        readFileSync(join(stack.dataDir, 'secrets.json'), 'utf8'),
        secrets,
      );
    },
  );

  await suite.test(
    'when the start script is gone everything stops',
    async () => {
      const all = stack.processes();
      const { supervisor } = stack;
      assert.ok(supervisor);
      const ended = once(supervisor, 'exit');
      supervisor.disconnect();
      await ended;
      assert.ok(all.every(each => !isAlive(each)));
      assert.deepEqual(stack.processes(), []);
    },
  );

  await suite.test(
    'secrets that are gone are said, and nothing is overwritten',
    async () => {
      const path = join(stack.dataDir, 'secrets.json');
      await rename(path, `${path}.aside`);
      const supervisor = fork(join(import.meta.dirname, 'main.ts'), {
        env: { ...process.env, SLIPWAY_DATA_DIR: stack.dataDir },
        execArgv: quiet,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const [[message]] = await Promise.all([
        once(supervisor, 'message'),
        once(supervisor, 'exit'),
      ]);
      assert.equal(message.type, 'failed');
      assert.match(
        message.message,
        /secrets\.json is missing, but its databases are still there/,
      );
      assert.ok(!existsSync(path));
    },
  );
});

test('a first start that ends while its databases are made is begun anew', async suite => {
  const stack = await TestStack.create(suite);

  await suite.test('with the start script nothing stays', async () => {
    const supervisor = stack.launch();
    await stack.makesDatabases();
    const left = stack.processes();
    const ended = once(supervisor, 'exit');
    supervisor.disconnect();
    await ended;
    assert.deepEqual(stack.drafts(), []);
    assert.deepEqual(
      left.filter(isAlive).map(each => each.name),
      [],
    );
  });

  await suite.test(
    'what a killed supervisor leaves is stopped by the next start',
    async () => {
      const supervisor = stack.launch();
      await stack.makesDatabases();
      const ended = once(supervisor, 'exit');
      supervisor.kill('SIGKILL');
      await ended;
      const left = stack.processes();
      const stopped = await stopLeftovers(stack.dataDir);
      for (const name of ['postgres-portal', 'postgres-tenants']) {
        assert.ok(stopped.includes(`initdb of ${name}`));
      }
      assert.ok(left.every(each => !isAlive(each)));
      await stack.start();
      assert.deepEqual(stack.drafts(), []);
    },
  );
});
