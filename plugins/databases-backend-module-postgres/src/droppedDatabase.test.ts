import { randomBytes, randomUUID } from 'node:crypto';
import {
  freshContexts,
  provisionTenant,
} from './__testUtils__/provisionTenant';
import { PostgresHarness, startHarness } from './__testUtils__/startHarness';
import { tenantNames } from './identifiers';

jest.setTimeout(60_000);

describe('a database that an administrator has dropped', () => {
  let harness: PostgresHarness;
  let request: Awaited<ReturnType<typeof provisionTenant>>;
  const password = randomBytes(12).toString('hex');
  const context = freshContexts();

  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness?.stop());
  beforeEach(async () => {
    request = await provisionTenant(harness, {
      name: 'orders-db',
      password,
      context,
    });
    await harness.provider.credentials.personal.grant(
      request.target,
      {
        loginId: randomUUID(),
        person: 'user:default/nora.lind',
        access: 'read-only',
        expiresAt: new Date(Date.now() + 600_000),
        password,
      },
      context(),
    );
    const { database } = tenantNames(request.target.externalName);
    await harness.admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
  });

  it('is for its owner, and no empty one is made in its place', async () => {
    const { provider } = harness;
    const { target, spec } = request;
    expect(await provider.observe(target, { spec })).toMatchObject({
      status: 'partial',
      drift: [
        {
          isForOwner: true,
          what: 'database',
          found: 'none: somebody has dropped it',
        },
      ],
    });
    await expect(
      provider.ensure('create-database', request, context()),
    ).rejects.toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining('somebody has dropped it'),
    });
    const { rows } = await harness.admin.query(
      'SELECT FROM pg_database WHERE datname = $1',
      [target.externalName],
    );
    expect(rows).toEqual([]);
  });

  it('can be suspended and removed, with its logins', async () => {
    const { provider } = harness;
    const { target } = request;
    await provider.suspend(target, context());
    const seen = await provider.observe(target);
    expect(seen).toMatchObject({ suspended: true, personalLogins: [] });
    expect(seen.logins.filter(({ enabled }) => enabled)).toEqual([]);
    await provider.credentials.revokeAll(target, context());
    await provider.destroy(target, context());
    expect((await provider.observe(target)).status).toBe('absent');
  });
});
