import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import { RedisHarness, startHarness } from './__testUtils__/startHarness';
import { freePort } from './__testUtils__/startRedis';
import {
  context,
  ensureAll,
  newPassword,
  order,
} from './__testUtils__/tenants';
import { RedisProviderConfig } from './config';
import { RedisDatabaseProvider } from './RedisDatabaseProvider';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('Redis by TLS', () => {
  let folder: string;
  let harness: RedisHarness;
  let ca: string;
  /** Beside the one without TLS. */
  let tlsPort: number;
  const providers: RedisDatabaseProvider[] = [];

  const byTls = (
    ssl: RedisProviderConfig['connection']['ssl'],
    host = 'localhost',
  ) => {
    const { connection } = harness.config;
    const provider = RedisDatabaseProvider.create(
      {
        ...harness.config,
        connection: { ...connection, host, port: tlsPort, ssl },
      },
      { connect: 2_000, command: 5_000 },
    );
    providers.push(provider);
    return provider;
  };

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'slipway-redis-tls-'));
    const made = generate([{ name: 'commonName', value: 'localhost' }], {
      days: 2,
      keySize: 2048,
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true },
        {
          name: 'subjectAltName',
          altNames: [{ type: 2, value: 'localhost' }],
        },
      ],
    });
    ca = made.cert;
    const [key, cert] = ['key', 'cert'].map(name => path.join(folder, name));
    await fs.writeFile(key, made.private);
    await fs.writeFile(cert, ca);
    tlsPort = await freePort();
    harness = await startHarness({
      'tls-cert-file': cert,
      'tls-key-file': key,
      'tls-auth-clients': 'no',
    });
    await harness.admin.sendCommand([
      ...['CONFIG', 'SET', 'tls-port', `${tlsPort}`],
    ]);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(providers.map(provider => provider.close()));
    await harness?.stop();
    await fs.rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('refuses a server that tenants could reach without it, and works with one where they cannot', async () => {
    const provider = byTls({ ca });
    expect(provider.capabilities().tls).toBe(true);
    const request = order(harness);
    await expect(ensureAll(provider, request)).rejects.toMatchObject({
      name: 'TerminalError',
      message: expect.stringMatching(/without TLS. Set port 0\./),
    });
    await harness.admin.sendCommand(['CONFIG', 'SET', 'port', '0']);
    await ensureAll(provider, request);
    const login = { slot: 'a', password: newPassword() } as const;
    const { credentials } = provider;
    const staged = await credentials.stage(request.target, login, context());
    expect(staged.endpoint).toMatchObject({ host: 'localhost', tls: true });
    await expect(
      credentials.verify(request.target, login),
    ).resolves.toMatchObject({ passed: true });
    await provider.destroy(request.target, context());
  });

  it.each([
    ['of an unknown authority', true, 'localhost'],
    ['for another name', undefined, '127.0.0.1'],
  ])('sends no password to a certificate %s', async (_, ssl, host) => {
    await expect(byTls(ssl ?? { ca }, host).listOwned()).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'Shared Redis does not answer',
    });
    await expect(byTls({ ca }).listOwned()).resolves.toEqual([]);
  });
});
