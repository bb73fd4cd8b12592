import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';
import { useTenants } from './__testUtils__/useTenants';
import type { PostgresProviderConfig } from './config';
import { PostgresDatabaseProvider } from './PostgresDatabaseProvider';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('Postgres by TLS', () => {
  const { cert, private: key } = generate(
    [{ name: 'commonName', value: 'localhost' }],
    {
      days: 2,
      keySize: 2048,
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    },
  );
  const tenants = useTenants();
  const providers: PostgresDatabaseProvider[] = [];

  const byTls = (
    ssl: PostgresProviderConfig['connection']['ssl'],
    host = 'localhost',
  ) => {
    const { config } = tenants.harness;
    const provider = PostgresDatabaseProvider.create({
      ...config,
      connection: { ...config.connection, host, ssl },
    });
    providers.push(provider);
    return provider;
  };

  const order = async (provider: PostgresDatabaseProvider) => {
    const [id, name] = [randomUUID(), 'orders-db'];
    const target = { id, externalName: provider.externalName({ id, name }) };
    const spec = tenants.harness.spec(name);
    for (const { id: step } of provider.steps()) {
      await provider.ensure(step, { target, spec }, tenants.context());
    }
    return target;
  };

  /** From now on nobody gets in without. */
  beforeAll(async () => {
    const { admin } = tenants.harness;
    const { rows } = await admin.query('SHOW data_directory');
    const inside = (name: string) => path.join(rows[0].data_directory, name);
    const { uid, gid } = await fs.stat(inside('pg_hba.conf'));
    for (const [name, content] of Object.entries({
      'server.key': key,
      'server.crt': cert,
    })) {
      await fs.writeFile(inside(name), content, { mode: 0o600 });
      // The server runs as another user where the tests run as root.
      await fs.chown(inside(name), uid, gid);
    }
    const hba = await fs.readFile(inside('pg_hba.conf'), 'utf8');
    await fs.writeFile(
      inside('pg_hba.conf'),
      hba.replace(/^host\b/gm, 'hostssl'),
    );
    await admin.query('ALTER SYSTEM SET ssl TO on');
    await admin.query('SELECT pg_reload_conf()');
  });
  afterEach(async () => {
    await Promise.all(providers.splice(0).map(each => each.close()));
  });

  it('backs up and restores, whatever the programs know of TLS', async () => {
    const provider = byTls({ ca: cert });
    expect(provider.capabilities().tls).toBe(true);
    const source = await order(provider);
    const copy = await order(provider);
    const dump = await tenants.backUp(source, provider);
    await expect(tenants.restore(copy, dump, provider)).resolves.toEqual({
      contents: dump.contents,
    });
  });

  it('trusts no server that it cannot check, and none without TLS', async () => {
    const source = await order(byTls({ ca: cert }));
    for (const other of [
      byTls(true),
      byTls({ ca: cert }, '127.0.0.1'),
      byTls(undefined),
    ]) {
      await expect(tenants.backUp(source, other)).rejects.toMatchObject({
        name: expect.stringMatching(/^(Retryable|Terminal)Error$/),
      });
    }
  });
});
