import { useTenants } from './__testUtils__/useTenants';

jest.setTimeout(60_000);

describe('slow statements', () => {
  const tenants = useTenants({
    shared_preload_libraries: 'pg_stat_statements',
  });
  const read = async (target: { id: string; externalName: string }) =>
    tenants.harness.provider.slowQueries(target, { limit: 5 });

  it('are shown to their own database, without values and with times that were measured', async () => {
    const [one, other] = [
      await tenants.provision('orders'),
      await tenants.provision('payments'),
    ];
    const session = await tenants.login(one);
    await session.query(
      `SELECT pg_sleep(0.1), 'S3CRET-ONE' /* S3CRET-COMMENT */`,
    );
    // Statements that are no queries keep what was in them.
    await session.query(`SET application_name TO 'S3CRET-TWO'`);
    await (
      await tenants.login(other)
    ).query(`SELECT pg_sleep(0.01), 'S3CRET-THREE'`);

    const slow = await read(one);
    expect(slow).toMatchObject({
      told: true,
      since: expect.any(Date),
      queries: [{ query: 'SELECT pg_sleep($1), $2', calls: 1 }],
    });
    const [slowest] = slow.told ? slow.queries : [];
    expect(slowest.meanMs).toBeGreaterThan(99);
    expect(slowest.maxMs).toBe(slowest.meanMs);
    expect(JSON.stringify([slow, await read(other)])).not.toMatch(/S3CRET/);
  });

  it('are not told where nobody may see them, and it is said how that changes', async () => {
    const target = await tenants.provision('told-not');
    const { admin } = tenants.harness;
    await admin.query('REVOKE pg_read_all_stats FROM provisioner');
    expect(await read(target)).toEqual({
      told: false,
      why: expect.stringContaining('grants it pg_read_all_stats'),
    });
    await admin.query('DROP EXTENSION pg_stat_statements');
    expect(await read(target)).toEqual({
      told: false,
      why: expect.stringContaining('shared_preload_libraries'),
    });
  });
});
