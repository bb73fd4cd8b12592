import { MariaDbHarness, startHarness } from '../__testUtils__/startHarness';
import { context, provision } from '../__testUtils__/tenants';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('drift of the rights of the application’s logins', () => {
  let harness: MariaDbHarness;
  let tenant: Awaited<ReturnType<typeof provision>>;

  beforeAll(async () => {
    harness = await startHarness();
  }, 60_000);
  afterAll(() => harness?.stop());
  beforeEach(async () => {
    tenant = await provision(harness);
  });

  const drift = async () =>
    (await harness.provider.observe(tenant.target, tenant)).drift;
  const mend = async () => {
    for (const { id } of harness.provider.steps()) {
      await harness.provider.ensure(id, tenant, context());
    }
  };
  const account = () => `'${tenant.login.username}'@'%'`;
  const own = () =>
    `\`${tenant.target.externalName.replaceAll('_', '\\_')}\`.*`;

  it('is seen and mended where a right was taken', async () => {
    await harness.admin.query(
      `REVOKE DELETE, CREATE TEMPORARY TABLES ON ${own()} FROM ${account()}`,
    );
    const { username } = tenant.login;
    expect(await drift()).toEqual([
      {
        what: 'rights',
        wanted: 'all that the application has on its database',
        found: `no DELETE for ${username}, no CREATE TEMPORARY TABLES for ${username}`,
      },
    ]);
    await mend();
    expect(await drift()).toEqual([]);
  });

  it('is seen and mended where what is demanded of the line was changed', async () => {
    await harness.admin.query(`ALTER USER ${account()} REQUIRE X509`);
    expect(await drift()).toEqual([
      { what: 'tls', wanted: 'none', found: 'other' },
    ]);
    await mend();
    expect(await drift()).toEqual([]);
  });

  it.each([
    [
      'a right beyond on its database',
      () => `GRANT EVENT ON ${own()} TO ${account()}`,
      () => `REVOKE EVENT ON ${own()} FROM ${account()}`,
      /^EVENT for orders_db_/,
    ],
    [
      'rights on another database',
      () => `GRANT SELECT ON slipway.* TO ${account()}`,
      () => `REVOKE SELECT ON slipway.* FROM ${account()}`,
      /^rights on "slipway" for 'orders_db_.*'@'%'$/,
    ],
    [
      'rights on the whole server',
      () => `GRANT PROCESS ON *.* TO ${account()}`,
      () => `REVOKE PROCESS ON *.* FROM ${account()}`,
      /^rights on the whole server for orders_db_/,
    ],
    [
      'a login of its name that comes before it',
      () => `CREATE USER '${tenant.login.username}'@'127.0.0.1'`,
      () => `DROP USER '${tenant.login.username}'@'127.0.0.1'`,
      /^another login 'orders_db_.*'@'127\.0\.0\.1'$/,
    ],
  ])('names %s for the owner, and leaves it', async (_, give, take, found) => {
    await harness.admin.query(give());
    const seen = {
      isForOwner: true,
      what: 'rights-beyond',
      wanted: 'none; an administrator of the server takes them away',
      found: expect.stringMatching(found),
    };
    expect(await drift()).toEqual([seen]);
    await mend();
    expect(await drift()).toEqual([seen]);
    await harness.admin.query(take());
  });
});
