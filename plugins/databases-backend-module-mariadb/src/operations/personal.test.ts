import { MariaDbHarness, startHarness } from '../__testUtils__/startHarness';
import { grant, provision } from '../__testUtils__/tenants';

// Real servers on a busy machine take their time.
jest.setTimeout(120_000);

describe('when a person’s login ends', () => {
  let harness: MariaDbHarness;

  beforeAll(async () => {
    // As a company does whose server keeps its own hours; a place with summer time has an hour that comes twice.
    harness = await startHarness({ 'default-time-zone': '-03:00' });
  }, 60_000);
  afterAll(() => harness?.stop());

  it('is an hour that comes once, whatever hours the server keeps', async () => {
    const { target } = await provision(harness);
    const expiresAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 60_000);
    await grant(harness, target, 'read-only', expiresAt);
    const [events] = await harness.admin.query(
      `SELECT TIME_ZONE AS zone,
              UNIX_TIMESTAMP(CONVERT_TZ(EXECUTE_AT, TIME_ZONE, @@session.time_zone)) AS at
         FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'slipway'`,
    );
    expect(events).toEqual([{ zone: '+00:00', at: expect.anything() }]);
    const [{ at }] = events as Array<{ at: number }>;
    expect(Number(at) * 1_000).toBe(expiresAt.getTime());
  });
});
