/**
 * Proves the golden path: what it makes installs, lints, type-checks, passes
 * its tests, builds, starts, works with a real Postgres and stops when told to.
 *
 *     node --test templates/typescript-service
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createRequire } from 'node:module';
import { parse, parseAllDocuments } from 'yaml';
import { readTemplate, render } from './render.mjs';
import { startPostgres } from './testPostgres.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const {
  apiEntityV1alpha1Validator,
  componentEntityV1alpha1Validator,
} = require('@backstage/catalog-model');

/** What a person may type, at its worst. */
const description = `Says "hello": it's #1 & <b>{{ 7 * 7 }}</b> \${HOME} – 🚢`;

const variants = {
  plain: { name: 'lantern' },
  database: {
    name: 'orders-of-the-long-and-winding-river',
    system: 'system:default/shop',
    database: 'orders-of-the-long-and-winding-river-db',
    databaseEntityRef:
      'resource:default/orders-of-the-long-and-winding-river-db.development',
  },
};

let root;
let postgres;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'golden-path-'));
  postgres = await startPostgres();
});

after(async () => {
  await postgres?.stop();
  await rm(root, { recursive: true, force: true });
});

for (const [variant, chosen] of Object.entries(variants)) {
  describe(`the variant "${variant}"`, () => {
    const values = {
      description,
      owner: 'group:default/team-orders',
      repositoryUrl: 'https://git.example.com/lighthouse/it',
      ...chosen,
    };
    let directory;

    const npm = async (...words) => {
      try {
        return await run('npm', words, {
          cwd: directory,
          env: {
            ...process.env,
            TEST_DATABASE_URL: postgres.url,
            NODE_TEST_CONTEXT: undefined,
          },
          maxBuffer: 64 * 1024 * 1024,
        });
      } catch (error) {
        throw new Error(
          `npm ${words.join(' ')}:\n${error.stdout}\n${error.stderr}`,
        );
      }
    };

    before(async () => {
      directory = join(root, variant);
      await render(directory, values);
      // npm looks for the project upwards: never run it anywhere else.
      assert.equal(JSON.parse(await read('package.json')).name, values.name);
    });

    const read = path => readFile(join(directory, path), 'utf8');

    test('leaves nothing of the template behind', async () => {
      for (const path of await files(directory)) {
        const text = await read(path);
        const left = /\{%|\$\{\{ *values/.exec(text);
        assert.equal(left, null, `${path} holds "${left?.[0]}"`);
      }
    });

    test('shows a description as it was typed', async () => {
      const shown = description.replace('<', '&lt;').replace('</', '&lt;/');
      const read = path => readFile(join(directory, path), 'utf8');
      for (const path of ['README.md', 'docs/index.md']) {
        assert.equal((await read(path)).split('\n')[2], shown, path);
      }
      assert.equal(parse(await read('openapi.yaml')).info.description, shown);
    });

    test('makes entities that the catalog accepts', async () => {
      const entities = parseAllDocuments(await read('catalog-info.yaml')).map(
        document => document.toJS(),
      );
      const [component, api] = entities;
      assert.deepEqual(
        entities.map(entity => entity.kind),
        ['Component', 'API'],
      );
      assert.equal(component.metadata.description, description);
      assert.equal(component.metadata.name, values.name);
      assert.equal(component.spec.owner, values.owner);
      assert.equal(component.spec.system, values.system);
      assert.deepEqual(component.spec.providesApis, [api.metadata.name]);
      assert.deepEqual(
        component.spec.dependsOn,
        values.databaseEntityRef && [values.databaseEntityRef],
      );
      assert.ok(await componentEntityV1alpha1Validator.check(component));
      // The catalog puts the file's text here before it validates.
      api.spec.definition = await read('openapi.yaml');
      assert.ok(await apiEntityV1alpha1Validator.check(api));
    });

    test('makes safe Kubernetes manifests', async () => {
      const names = (await readdir(join(directory, 'deploy'))).filter(
        name => name !== 'kustomization.yaml',
      );
      const { resources } = parse(await read('deploy/kustomization.yaml'));
      assert.deepEqual([...resources].sort(), names.sort());
      const manifests = await Promise.all(
        names.map(async name => parse(await read(`deploy/${name}`))),
      );
      const of = kind => manifests.find(manifest => manifest.kind === kind);
      for (const manifest of manifests) {
        assert.equal(manifest.metadata.name, values.name);
      }
      const pod = of('Deployment').spec.template.spec;
      const [container] = pod.containers;
      assert.equal(pod.securityContext.runAsNonRoot, true);
      assert.equal(pod.automountServiceAccountToken, false);
      assert.equal(container.securityContext.allowPrivilegeEscalation, false);
      assert.equal(container.securityContext.readOnlyRootFilesystem, true);
      assert.deepEqual(container.securityContext.capabilities.drop, ['ALL']);
      assert.ok(container.resources.limits.memory);
      assert.equal(container.livenessProbe.httpGet.path, '/healthz');
      assert.equal(container.readinessProbe.httpGet.path, '/readyz');
      const secret = container.env.find(one => one.name === 'DATABASE_URL');
      assert.equal(secret?.valueFrom.secretKeyRef.name, values.database);
      assert.deepEqual(of('NetworkPolicy').spec.policyTypes, [
        'Ingress',
        'Egress',
      ]);
      assert.equal(of('PodDisruptionBudget').spec.minAvailable, 1);
      const allowed = of('NetworkPolicy').spec.egress.flatMap(
        rule => rule.ports,
      );
      assert.equal(
        allowed.some(one => one.port === 5432),
        Boolean(values.database),
      );
    });

    test('makes a Score workload, a pipeline and a Dockerfile', async () => {
      const score = parse(await read('score.yaml'));
      assert.equal(score.apiVersion, 'score.dev/v1b1');
      assert.equal(score.resources?.database.id, values.database);

      const pipeline = await read('.github/workflows/ci.yaml');
      const { jobs } = parse(pipeline);
      assert.deepEqual(Object.keys(jobs), ['check', 'scan', 'image']);
      for (const [, version] of pipeline.matchAll(/uses: \S+@(\S+)/g)) {
        assert.match(version, /^[0-9a-f]{40}$/);
      }

      const dockerfile = await read('Dockerfile');
      assert.match(dockerfile, /^USER node$/m);
      assert.match(dockerfile, /^HEALTHCHECK /m);
      assert.equal(
        dockerfile.includes('COPY migrations'),
        Boolean(values.database),
      );
    });

    test('installs, lints, type-checks, passes its tests and builds', async () => {
      await npm('ci', '--no-audit', '--no-fund', '--prefer-offline');
      const [{ stdout }] = await Promise.all([
        npm('test'),
        npm('run', 'lint'),
        npm('run', 'types'),
      ]);
      assert.match(stdout, /[#ℹ] fail 0/);
      assert.match(stdout, /[#ℹ] skipped 0/);
      await npm('run', 'build');
    });

    test('starts, answers, traces, and stops on SIGTERM', async () => {
      const collector = await startCollector();
      const service = await startService(directory, {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        ...(values.database && { DATABASE_URL: await postgres.create() }),
      });
      const get = path => fetch(`${service.url}${path}`);
      try {
        assert.equal((await get('/healthz')).status, 200);
        const ready = await get('/readyz');
        assert.equal(ready.status, 200);
        assert.deepEqual(
          (await ready.json()).checks,
          values.database ? { database: 'ok' } : {},
        );
        const about = await get('/api/v1/about');
        assert.equal((await about.json()).name, values.name);
        assert.match(about.headers.get('x-request-id'), /^[0-9a-f-]{36}$/);
        if (values.database) {
          const made = await fetch(`${service.url}/api/v1/items`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ name: 'compass' }),
          });
          assert.equal(made.status, 201);
          const { items } = await (await get('/api/v1/items')).json();
          assert.deepEqual(
            items.map(item => item.name),
            ['compass'],
          );
        }
        const metrics = await (await get('/metrics')).text();
        assert.match(metrics, /route="\/api\/v1\/about",status_code="200"} 1/);
      } finally {
        service.process.kill('SIGTERM');
      }
      assert.equal(await service.exited, 0, service.output());
      await collector.stop();

      const lines = service
        .output()
        .trim()
        .split('\n')
        .map(line => JSON.parse(line));
      assert.ok(lines.some(line => line.reqId && line.service === values.name));
      assert.equal(lines.at(-1).msg, 'stopped');
      const traces = collector.received();
      assert.ok(
        traces.includes('GET /api/v1/about'),
        'a span named by its route',
      );
      assert.equal(traces.includes('pg.query'), Boolean(values.database));
      assert.ok(!traces.includes('/healthz'));
    });

    test('ends with a clear message when its environment is wrong', async () => {
      const { code, output } = await startService(directory, {
        PORT: 'harbour',
        DATABASE_URL: 'postgresql://nobody:hunter2@127.0.0.1:1/nothing',
      }).then(
        () => assert.fail('it started'),
        error => error,
      );
      assert.notEqual(code, 0);
      assert.match(output, /PORT/);
      assert.doesNotMatch(output, /hunter2|harbour/);
    });
  });
}

describe('the form', () => {
  const pattern = async field => {
    const template = await readTemplate();
    const schema = template.spec.parameters
      .map(page => page.properties[field])
      .find(Boolean);
    const expression = new RegExp(schema.pattern, 'u');
    return value =>
      value.length >= schema.minLength &&
      value.length <= schema.maxLength &&
      expression.test(value);
  };

  test('takes names that everything behind it takes, and no others', async () => {
    const accepts = await pattern('name');
    for (const good of ['orders', 'a1b', 'order-history-2', 'a'.repeat(37)]) {
      assert.ok(accepts(good), good);
    }
    for (const bad of [
      '',
      'ab',
      'a'.repeat(38),
      'Orders',
      'orders.api',
      'orders_api',
      '1orders',
      '-orders',
      'orders-',
      'or--ders',
      "orders'",
      'orders"; DROP TABLE tasks; --',
      'orders 🚢',
      '🚢🚢🚢',
      '../orders',
      'orders\n',
      '${{ secrets }}',
    ]) {
      assert.ok(!accepts(bad), bad);
    }
  });

  test('takes a description in one line', async () => {
    const accepts = await pattern('description');
    assert.ok(accepts(description));
    assert.ok(!accepts('two\nlines'));
    assert.ok(!accepts('x'.repeat(201)));
  });
});

async function files(directory) {
  const entries = await readdir(directory, {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name).slice(directory.length + 1),
    );
}

/** Starts the built service as its image does; resolves when it listens. */
async function startService(directory, environment) {
  const child = spawn(
    process.execPath,
    ['--import', './dist/telemetry.js', 'dist/main.js'],
    {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: '0',
        ...environment,
      },
    },
  );
  let output = '';
  const exited = new Promise(resolve =>
    child.once('exit', code => resolve(code)),
  );
  const listening = new Promise(resolve => {
    const onData = data => {
      output += data;
      const address = /Server listening at (http:[^"]+)/.exec(output);
      if (address) {
        resolve(address[1]);
      }
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
  });
  const url = await Promise.race([
    listening,
    exited.then(code => {
      throw Object.assign(new Error(`ended with ${code}: ${output}`), {
        code,
        output,
      });
    }),
  ]);
  return { process: child, url, exited, output: () => output };
}

/** Takes traces as an OpenTelemetry collector does, and keeps them as text. */
async function startCollector() {
  let text = '';
  const server = createServer((request, response) => {
    request.on('data', chunk => {
      text += chunk.toString('latin1');
    });
    request.on('end', () =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    );
  });
  await new Promise(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    received: () => text,
    stop: () =>
      new Promise(resolve => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
