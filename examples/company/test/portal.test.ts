import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

const slipway = resolve(import.meta.dirname, '../../..');
const postgres =
  process.env.BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING;
assert.ok(
  postgres,
  'BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING must name a Postgres whose user may make databases',
);

const run = randomBytes(4).toString('hex');
const token = randomBytes(24).toString('hex');
const prefix = `tidewater_${run}_`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  await new Promise(done => {
    server.close(done);
  });
  assert.ok(address && typeof address === 'object');
  return address.port;
}

async function dropDatabases() {
  const { Client } = createRequire(join(slipway, 'packages/backend/'))('pg');
  const client = new Client({ connectionString: postgres });
  await client.connect();
  try {
    const { rows } = await client.query(
      'select datname from pg_database where datname like $1',
      [`${prefix.replaceAll('_', '\\_')}%`],
    );
    for (const { datname } of rows) {
      await client.query(`drop database "${datname}" with (force)`);
    }
  } finally {
    await client.end();
  }
}

describe('a company that builds on Slipway', () => {
  const company = join(
    realpathSync(mkdtempSync(join(tmpdir(), 'tidewater-'))),
    'portal',
  );
  let portal: ChildProcess | undefined;
  let output = '';
  let baseUrl: string;

  /** Runs a script of the company's repository, as its people would. */
  function script(name: string, args: string[], env: NodeJS.ProcessEnv) {
    const child = spawn(
      process.execPath,
      [join(company, 'scripts', name), ...args],
      {
        cwd: company,
        detached: true,
        env: { ...process.env, SLIPWAY_HOME: slipway, ...env },
      },
    );
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    return child;
  }

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${baseUrl}${path}`, { headers });
  const signedIn = { authorization: `Bearer ${token}` };

  before(
    async () => {
      cpSync(join(slipway, 'examples/company'), company, {
        recursive: true,
        filter: path => !/node_modules|\/dist(\/|$)/.test(path),
      });
      const build = script('build.mjs', [], {});
      const code = await new Promise(done => {
        build.on('exit', done);
      });
      assert.equal(code, 0, output);

      const { hostname, port, username, password } = new URL(postgres);
      const ownConfig = join(company, 'app-config.test.json');
      writeFileSync(
        ownConfig,
        JSON.stringify({
          backend: {
            database: { prefix },
            auth: {
              externalAccess: [
                { type: 'static', options: { token, subject: 'test' } },
              ],
            },
          },
        }),
      );
      const ownPort = await freePort();
      baseUrl = `http://localhost:${ownPort}`;
      portal = script('start.mjs', ['--config', ownConfig], {
        NODE_ENV: 'production',
        APP_BASE_URL: baseUrl,
        SLIPWAY_PORT: String(ownPort),
        SLIPWAY_METRICS_PORT: String(await freePort()),
        POSTGRES_HOST: hostname,
        POSTGRES_PORT: port || '5432',
        POSTGRES_USER: decodeURIComponent(username),
        POSTGRES_PASSWORD: decodeURIComponent(password) || 'unused',
        AUTH_SESSION_SECRET: randomBytes(24).toString('base64'),
        // Nobody signs in here, and nothing is published.
        AUTH_OIDC_METADATA_URL: 'http://127.0.0.1:9/openid-configuration',
        AUTH_OIDC_CLIENT_ID: 'unused',
        AUTH_OIDC_CLIENT_SECRET: 'unused',
        GITEA_HOST: '127.0.0.1:9',
        GITEA_BASE_URL: 'http://127.0.0.1:9',
        GITEA_USERNAME: 'unused',
        GITEA_PASSWORD: 'unused',
        GITEA_OAUTH_CLIENT_ID: 'unused',
        GITEA_OAUTH_CLIENT_SECRET: 'unused',
        SLIPWAY_SEALING_KEY: randomBytes(32).toString('base64'),
      });
      const deadline = Date.now() + 600_000;
      for (;;) {
        const ready = await get('/.backstage/health/v1/readiness').then(
          response => response.ok,
          () => false,
        );
        if (ready) break;
        assert.equal(portal.exitCode, null, output);
        assert.ok(Date.now() < deadline, `The portal is not ready\n${output}`);
        await new Promise(done => {
          setTimeout(done, 250);
        });
      }
    },
    { timeout: 1_200_000 },
  );

  after(async () => {
    if (portal && portal.exitCode === null && portal.signalCode === null) {
      // The portal is the script's child and ends with its group.
      process.kill(-portal.pid!, 'SIGKILL');
    }
    await dropDatabases();
    rmSync(resolve(company, '..'), { recursive: true, force: true });
  });

  it('serves the app under its own name, with its own theme', async () => {
    const page = await (await get('/')).text();
    assert.match(page, /<title>Tidewater<\/title>/);
    // The style sheet of the theme is laid over ours.
    const styles = readdirSync(join(company, 'packages/app/dist/static'))
      .filter(name => name.endsWith('.css'))
      .map(name =>
        readFileSync(join(company, 'packages/app/dist/static', name), 'utf8'),
      )
      .join('');
    assert.match(styles, /\[data-theme-name=["']?tidewater["']?\]/);
    assert.match(styles, /\[data-theme-mode=["']?light["']?\]/);
  });

  it('runs its own plugin, for those who are signed in', async () => {
    assert.equal((await get('/api/notices/notices')).status, 401);
    const response = await get('/api/notices/notices', signedIn);
    assert.equal(response.status, 200);
    const { items } = await response.json();
    assert.deepEqual(
      items.map((notice: { id: string }) => notice.id),
      ['dry-dock'],
    );
  });

  it('offers its own template', async () => {
    const path =
      '/api/catalog/entities/by-name/template/default/documentation-site';
    const deadline = Date.now() + 60_000;
    let status = 0;
    while (status !== 200 && Date.now() < deadline) {
      status = (await get(path, signedIn)).status;
      await new Promise(done => {
        setTimeout(done, 250);
      });
    }
    assert.equal(status, 200, output);
  });

  it('has every page that Slipway has', () => {
    const dependencies = (file: string) =>
      Object.keys(JSON.parse(readFileSync(file, 'utf8')).dependencies);
    // The frame around all pages comes with createPortal, whatever an app's own package names.
    const frame = '@backstage/plugin-app';
    const isPage = (name: string) => {
      const file = join(slipway, 'node_modules', name, 'package.json');
      const { backstage } = JSON.parse(readFileSync(file, 'utf8'));
      return /^frontend-plugin/.test(backstage?.role ?? '');
    };
    const ours = dependencies(join(company, 'packages/app/package.json'));
    const missing = dependencies(join(slipway, 'packages/app/package.json'))
      .filter(name => name !== frame && isPage(name))
      .filter(name => !ours.includes(name));
    assert.deepEqual(missing, []);
  });

  // Replicas listen to each other by requests of up to 55 s, and upstream lets those end first.
  it('stops when it is asked to', { timeout: 180_000 }, async () => {
    assert.ok(portal);
    const ended = new Promise(done => {
      portal!.on('exit', done);
    });
    portal.kill('SIGTERM');
    await ended;
  });
});
