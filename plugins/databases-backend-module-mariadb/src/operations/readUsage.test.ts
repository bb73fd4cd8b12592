import {
  connect,
  MariaDbHarness,
  startHarness,
} from '../__testUtils__/startHarness';
import { outcomeOf, provision } from '../__testUtils__/tenants';
import { MariaDbDatabaseProvider } from '../MariaDbDatabaseProvider';

// Real servers on a busy machine take their time.
jest.setTimeout(120_000);

describe('how much room a database takes', () => {
  let harness: MariaDbHarness;
  let impatient: MariaDbDatabaseProvider;

  beforeAll(async () => {
    harness = await startHarness();
    impatient = MariaDbDatabaseProvider.create(harness.config, {
      connect: 5_000,
      statement: 1_000,
      lock: 5_000,
    });
  }, 60_000);
  afterAll(async () => {
    await impatient?.close();
    await harness?.stop();
  });

  const sizeOf = async (target: { id: string; externalName: string }) =>
    (await impatient.observe(target)).sizeBytes ?? 0;

  it.each(['InnoDB', 'MyISAM', 'Aria'])(
    'counts tables of the engine %s, also with parts and with a name of other letters',
    async engine => {
      const { target, login } = await provision(harness);
      const { connection } = await connect(login);
      const before = await sizeOf(target);
      const megabyte = `REPEAT('x', 1048576)`;
      for (const [name, more] of [
        ['boats', ''],
        ['les péniches', ''],
        ['parted', 'PARTITION BY HASH (a) PARTITIONS 2'],
      ]) {
        await connection.query(
          `CREATE TABLE \`${name}\` (a int NOT NULL, b longtext) ENGINE=${engine} ${more}`,
        );
        await connection.query(
          `INSERT INTO \`${name}\` VALUES (1, ${megabyte}), (2, ${megabyte})`,
        );
      }
      expect((await sizeOf(target)) - before).toBeGreaterThan(6 * 2 ** 20);
    },
  );

  it('is said whatever views a tenant nests', async () => {
    const { target, login } = await provision(harness);
    const { connection } = await connect(login);
    await connection.query('CREATE VIEW v0 AS SELECT 1 AS a');
    // The time to open it doubles with each.
    for (let level = 1; level < 15; level++) {
      const below = `SELECT * FROM v${level - 1}`;
      await connection.query(
        `CREATE VIEW v${level} AS ${below} UNION ${below}`,
      );
    }
    await expect(impatient.observe(target)).resolves.toMatchObject({
      status: 'present',
    });
  });

  it('is said while a statement holds a table', async () => {
    const { target, login } = await provision(harness);
    const { connection } = await connect(login);
    const making = outcomeOf(
      connection.query('CREATE TABLE held AS SELECT SLEEP(60)'),
    );
    for (let seen = false; !seen;) {
      const [rows] = await harness.admin.query(
        `SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'`,
      );
      seen = Array.isArray(rows) && rows.length > 0;
    }
    await expect(impatient.observe(target)).resolves.toMatchObject({
      status: 'present',
    });
    connection.destroy();
    await making;
  });
});
