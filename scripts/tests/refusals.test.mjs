// What `npm start` says when it cannot begin: one clear sentence, a way out, and nothing changed.
import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '@slipway/test-servers';
import { remoteHome } from '../../packages/local-stack/src/postgres/serverHome.mjs';
import { commandOf } from '../../packages/local-stack/src/processes/processes.mjs';
import { claim } from '../lib/dataFolder.mjs';
import { root } from '../lib/paths.mjs';
import { eventually, runScript, temporaryFolder } from './support.mjs';

async function freeEnvironment(dataDir) {
  const [portal, portalDb, tenantDb, identity, git, metrics] =
    await freePorts(6);
  return {
    SLIPWAY_DATA_DIR: dataDir,
    SLIPWAY_PORT: String(portal),
    SLIPWAY_PORTAL_DB_PORT: String(portalDb),
    SLIPWAY_TENANT_DB_PORT: String(tenantDb),
    SLIPWAY_OIDC_PORT: String(identity),
    SLIPWAY_GIT_PORT: String(git),
    SLIPWAY_METRICS_PORT: String(metrics),
  };
}

for (const [host, bound] of [
  ['127.0.0.1', 'the loopback address'],
  ['0.0.0.0', 'all addresses'],
]) {
  test(`a port that is taken on ${bound} is named, with who has it and how to choose another`, async t => {
    const dataDir = join(await temporaryFolder(t), 'data');
    const env = await freeEnvironment(dataDir);
    const server = createServer();
    await new Promise(resolve => {
      server.listen(Number(env.SLIPWAY_TENANT_DB_PORT), host, resolve);
    });
    t.after(() => server.close());

    const { code, output } = await runScript('start.mjs', { env });

    assert.equal(code, 1);
    assert.match(
      output,
      new RegExp(
        `Port ${env.SLIPWAY_TENANT_DB_PORT}, meant for the tenants' Postgres, is taken by node refusals\\.test\\.mjs \\(pid ${process.pid}\\)\\.`,
      ),
    );
    assert.match(output, /SLIPWAY_TENANT_DB_PORT=\d+ npm start/);
    assert.ok(!existsSync(join(dataDir, 'secrets.json')));
    assert.ok(!existsSync(join(dataDir, 'start.lock')));
  });
}

test('a port that is no port is named', async t => {
  const env = {
    SLIPWAY_DATA_DIR: await temporaryFolder(t),
    SLIPWAY_GIT_PORT: 'seven',
  };
  const { code, output } = await runScript('start.mjs', { env });
  assert.equal(code, 1);
  assert.match(output, /SLIPWAY_GIT_PORT is "seven", which is no port number/);
});

test('the same port for two servers is refused', async t => {
  const env = {
    SLIPWAY_DATA_DIR: await temporaryFolder(t),
    SLIPWAY_GIT_PORT: '7012',
  };
  const { code, output } = await runScript('start.mjs', { env });
  assert.equal(code, 1);
  assert.match(
    output,
    /Port 7012 is meant for both the identity provider and the git host/,
  );
});

test('with a channel to its parent it ends all the same', async t => {
  const child = fork(join(root, 'scripts', 'start.mjs'), {
    execArgv: [],
    silent: true,
    env: {
      ...process.env,
      SLIPWAY_DATA_DIR: await temporaryFolder(t),
      SLIPWAY_GIT_PORT: 'seven',
    },
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 1);
});

for (const script of ['start', 'dev']) {
  test(`npm passes on to ${script} that it is to end`, async t => {
    const bin = await temporaryFolder(t);
    // Says whose child it is, and takes its time.
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\necho $PPID > '${bin}/part'; mv '${bin}/part' '${bin}/pid'; sleep 5; echo git version 2.17.1\n`,
    );
    chmodSync(join(bin, 'git'), 0o755);
    const npm = spawn('npm', ['run', script], {
      cwd: root,
      env: {
        ...process.env,
        NODE_TEST_CONTEXT: undefined,
        SLIPWAY_DATA_DIR: await temporaryFolder(t),
        PATH: `${bin}:${process.env.PATH}`,
      },
      stdio: 'ignore',
    });
    const ended = once(npm, 'exit');
    await eventually('It begins', () => existsSync(join(bin, 'pid')));
    const pid = Number(readFileSync(join(bin, 'pid'), 'utf8'));
    npm.kill('SIGTERM');
    await ended;
    assert.equal(commandOf(pid), '');
  });
}

test('an option that does not exist is named, with those that do', async t => {
  const { code, output } = await runScript('start.mjs', {
    args: ['--emtpy'],
    env: { SLIPWAY_DATA_DIR: await temporaryFolder(t) },
  });
  assert.equal(code, 1);
  assert.match(output, /Unknown option '--emtpy'/);
  assert.match(output, /--empty {2,}leave the sample company out/);
});

test('without git it says so', async t => {
  const { code, output } = await runScript('start.mjs', {
    env: {
      SLIPWAY_DATA_DIR: await temporaryFolder(t),
      PATH: await temporaryFolder(t),
    },
  });
  assert.equal(code, 1);
  assert.match(output, /git was not found on the PATH/);
  assert.match(output, /Install git 2\.30 or newer/);
});

test('a git that is too old is refused with both versions', async t => {
  const bin = await temporaryFolder(t);
  writeFileSync(join(bin, 'git'), '#!/bin/sh\necho git version 2.17.1\n');
  chmodSync(join(bin, 'git'), 0o755);
  const { code, output } = await runScript('start.mjs', {
    env: {
      SLIPWAY_DATA_DIR: await temporaryFolder(t),
      PATH: `${bin}:${process.env.PATH}`,
    },
  });
  assert.equal(code, 1);
  assert.match(output, /git is 2\.17, and 2\.30 or newer is needed/);
});

test('a data folder that cannot be made is named', async t => {
  const folder = await temporaryFolder(t);
  writeFileSync(join(folder, 'file'), '');
  const { code, output } = await runScript('start.mjs', {
    env: { SLIPWAY_DATA_DIR: join(folder, 'file', 'data') },
  });
  assert.equal(code, 1);
  assert.match(output, /The data folder .* cannot be made: ENOTDIR/);
});

test(
  'a data folder where nothing can be made is named, and nothing spins',
  { skip: process.platform !== 'linux' },
  async () => {
    const { code, output } = await runScript('start.mjs', {
      env: { SLIPWAY_DATA_DIR: '/proc/x' },
    });
    assert.equal(code, 1);
    assert.match(
      output,
      /The data folder \/proc\/x cannot be made: ENOENT.*Choose another one with SLIPWAY_DATA_DIR/s,
    );
    const there = await runScript('start.mjs', {
      env: { SLIPWAY_DATA_DIR: '/proc' },
    });
    assert.equal(there.code, 1);
    assert.match(
      there.output,
      /Nothing can be written in the data folder \/proc: ENOENT.*Choose another one with SLIPWAY_DATA_DIR/s,
    );
  },
);

test('reset refuses a folder that is not the portal’s, and needs a yes', async t => {
  const folder = await temporaryFolder(t);
  writeFileSync(join(folder, 'thesis.txt'), 'years of work');
  const foreign = await runScript('reset.mjs', {
    args: ['--yes'],
    env: { SLIPWAY_DATA_DIR: folder },
  });
  assert.equal(foreign.code, 1);
  assert.match(foreign.output, /does not look like the portal's data folder/);
  assert.ok(existsSync(join(folder, 'thesis.txt')));

  const own = join(folder, 'data');
  mkdirSync(own);
  claim(own);
  mkdirSync(join(own, 'git'));
  const unasked = await runScript('reset.mjs', {
    env: { SLIPWAY_DATA_DIR: own },
  });
  assert.equal(unasked.code, 1);
  assert.match(unasked.output, /the repositories of the local git host/);
  assert.match(unasked.output, /npm run reset -- --yes/);
  assert.ok(existsSync(join(own, 'git')));

  const confirmed = await runScript('reset.mjs', {
    args: ['--yes'],
    env: { SLIPWAY_DATA_DIR: own },
  });
  assert.equal(confirmed.code, 0);
  assert.ok(!existsSync(own));
});

test('reset leaves a folder alone that only has names like the portal’s', async t => {
  const folder = await temporaryFolder(t);
  const elsewhere = await temporaryFolder(t);
  writeFileSync(join(elsewhere, 'thesis.txt'), 'years of work');
  for (const name of ['git', 'logs', 'techdocs']) {
    mkdirSync(join(folder, name));
  }
  writeFileSync(join(folder, 'logs', 'own.log'), 'theirs');
  writeFileSync(join(folder, 'secrets.json'), '{"peoplePassword":"x"}');
  symlinkSync(elsewhere, join(folder, 'postgres-portal'));

  const reset = await runScript('reset.mjs', {
    args: ['--yes'],
    env: { SLIPWAY_DATA_DIR: folder },
  });
  assert.equal(reset.code, 1);
  assert.match(reset.output, /does not look like.*Nothing was deleted/s);

  const start = await runScript('start.mjs', {
    env: await freeEnvironment(folder),
  });
  assert.equal(start.code, 1);
  assert.match(
    start.output,
    /holds git, logs, postgres-portal, secrets\.json, techdocs of something else.*SLIPWAY_DATA_DIR/s,
  );
  assert.deepEqual(readdirSync(folder).sort(), [
    'git',
    'logs',
    'postgres-portal',
    'secrets.json',
    'techdocs',
  ]);
  assert.ok(existsSync(join(elsewhere, 'thesis.txt')));
});

test('reset leaves a folder alone that the portal has kept nothing in', async t => {
  const empty = await temporaryFolder(t);
  const logs = await temporaryFolder(t);
  mkdirSync(join(logs, 'logs'));
  writeFileSync(join(logs, 'logs', 'build.log'), 'of something else');
  for (const folder of [empty, logs]) {
    const before = readdirSync(folder, { recursive: true });
    const { code, output } = await runScript('reset.mjs', {
      args: ['--yes'],
      env: { SLIPWAY_DATA_DIR: folder },
    });
    assert.equal(code, 0);
    assert.match(output, /There is nothing to throw away/);
    assert.deepEqual(readdirSync(folder, { recursive: true }), before);
  }
});

test('reset deletes what the portal made and leaves everything else, links above all', async t => {
  const folder = await temporaryFolder(t);
  const elsewhere = await temporaryFolder(t);
  writeFileSync(join(elsewhere, 'thesis.txt'), 'years of work');
  claim(folder);
  const drafts = ['postgres-tenants.draft', 'postgres-tenants.0a1b2c3d.draft'];
  for (const name of ['logs', 'photos', ...drafts]) {
    mkdirSync(join(folder, name));
  }
  writeFileSync(join(folder, 'secrets.json'), '{}');
  for (const name of ['git', 'backup', 'postgres-portal']) {
    symlinkSync(elsewhere, join(folder, name));
  }
  const env = { SLIPWAY_DATA_DIR: folder };
  const reset = await runScript('reset.mjs', { args: ['--yes'], env });
  assert.equal(reset.code, 0);
  for (const name of ['photos', 'backup', 'git', 'postgres-portal']) {
    assert.match(reset.output, new RegExp(`left them: .*/${name}(,|\\n)`));
  }
  assert.ok(existsSync(join(elsewhere, 'thesis.txt')));
  assert.ok(existsSync(join(folder, 'photos')));
  for (const name of ['logs', 'secrets.json', ...drafts]) {
    assert.ok(!existsSync(join(folder, name)), name);
  }
});

test('reset knows a folder of an older version by its keys, and what lies elsewhere by its place', async t => {
  const folder = join(await temporaryFolder(t), 'data');
  mkdirSync(join(folder, 'git'), { recursive: true });
  writeFileSync(
    join(folder, 'secrets.json'),
    JSON.stringify({
      peoplePassword: 'a',
      portalDbSuperuser: 'b',
      tenantDbSuperuser: 'c',
    }),
  );
  const remote = remoteHome(folder);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    t.after(() => rmSync(remote, { recursive: true, force: true }));
    mkdirSync(join(remote, 'postgres-portal'), { recursive: true });
    symlinkSync(
      join(remote, 'postgres-portal'),
      join(folder, 'postgres-portal'),
    );
  }
  const { code } = await runScript('reset.mjs', {
    args: ['--yes'],
    env: { SLIPWAY_DATA_DIR: folder },
  });
  assert.equal(code, 0);
  assert.ok(!existsSync(folder));
  assert.ok(!existsSync(remote));
});

test('a start that ends early, after its tools, leaves a folder that reset knows', async t => {
  const folder = join(await temporaryFolder(t), 'data');
  mkdirSync(join(folder, 'logs'), { recursive: true });
  writeFileSync(join(folder, 'logs', 'python-postgres-tools.log'), '');
  const env = await freeEnvironment(folder);
  const server = createServer();
  await new Promise(resolve => {
    server.listen(Number(env.SLIPWAY_GIT_PORT), '127.0.0.1', resolve);
  });
  t.after(() => server.close());
  assert.equal((await runScript('start.mjs', { env })).code, 1);
  assert.deepEqual(readdirSync(folder).sort(), ['logs', 'slipway-data.txt']);
  const { code } = await runScript('reset.mjs', { args: ['--yes'], env });
  assert.equal(code, 0);
  assert.ok(!existsSync(folder));
});
