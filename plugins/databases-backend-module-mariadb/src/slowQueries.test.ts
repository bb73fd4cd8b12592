import {
  connect,
  MariaDbHarness,
  startHarness,
} from './__testUtils__/startHarness';
import { provision } from './__testUtils__/tenants';

// Real servers on a busy machine take their time.
jest.setTimeout(120_000);

describe('slow statements', () => {
  let harness: MariaDbHarness;

  beforeAll(async () => {
    harness = await startHarness({ 'performance-schema': 'ON' });
  }, 60_000);
  afterAll(async () => {
    await harness?.provider.close();
    await harness?.stop();
  });

  it('are shown to their own database, without values and with times that were measured', async () => {
    const { target, login } = await provision(harness);
    const { connection } = await connect(login);
    await connection.query(`SELECT SLEEP(0.1), 'S3CRET-ONE', "S3CRET-TWO"`);
    const slow = await harness.provider.slowQueries(target, { limit: 5 });
    expect(slow).toMatchObject({
      told: true,
      queries: [
        {
          query: expect.stringMatching(/^SELECT `?SLEEP`? \( ?\? ?\)/),
          calls: 1,
        },
      ],
    });
    expect(slow.told && slow.queries[0].meanMs).toBeGreaterThan(99);
    expect(JSON.stringify(slow)).not.toMatch(/S3CRET/);
  });

  it('are not told by a server that does not count them, and it is said how that changes', async () => {
    const { target } = await provision(harness);
    await harness.mariaDb.kill();
    await harness.mariaDb.start({ 'performance-schema': 'OFF' });
    expect(await harness.provider.slowQueries(target, { limit: 5 })).toEqual({
      told: false,
      why: expect.stringContaining('performance_schema = ON'),
    });
  });
});
