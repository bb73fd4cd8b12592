import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { RowDataPacket } from 'mysql2/promise';
import {
  connect,
  MariaDbHarness,
  startHarness,
} from './__testUtils__/startHarness';
import { stall } from './__testUtils__/stall';
import {
  context,
  grant,
  newPassword,
  outcomeOf,
  provision,
} from './__testUtils__/tenants';
import { serverErrors } from './errors';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('isolation on a shared MariaDB', () => {
  let harness: MariaDbHarness;

  beforeAll(async () => {
    harness = await startHarness();
  }, 60_000);

  afterAll(() => harness?.stop(), 60_000);

  it('shows a tenant no database, login and session but its own', async () => {
    const mine = await provision(harness);
    const theirs = await provision(harness, 'payments-db');
    const other = await connect(theirs.login);
    const { connection } = await connect(mine.login);
    const [databases] =
      await connection.query<RowDataPacket[]>('SHOW DATABASES');
    expect(databases.map(row => row.Database)).toEqual([
      'information_schema',
      mine.target.externalName,
    ]);
    const everything: string[] = [];
    const [tables] = await connection.query<RowDataPacket[]>(
      `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'information_schema'`,
    );
    for (const { name } of tables) {
      const [rows] = await connection
        .query<RowDataPacket[]>(`SELECT * FROM information_schema.\`${name}\``)
        .catch(() => [[]]);
      everything.push(JSON.stringify(rows));
    }
    expect(tables.length).toBeGreaterThan(50);
    expect(everything.join()).toContain(mine.target.externalName);
    for (const name of [theirs.target.externalName, theirs.login.username]) {
      expect(everything.filter(text => text.includes(name))).toEqual([]);
    }
    await other.close();
  });

  it('refuses whatever reaches beyond the own database', async () => {
    const mine = await provision(harness);
    const theirs = await provision(harness, 'payments-db');
    const victim = await connect(theirs.login);
    await victim.write('order-1', 'two tents');
    const { connection } = await connect(mine.login);
    const neighbour = theirs.target.externalName;
    const statements = [
      `USE \`${neighbour}\``,
      `SELECT * FROM \`${neighbour}\`.things`,
      `CREATE VIEW v AS SELECT * FROM \`${neighbour}\`.things`,
      `CREATE TABLE \`${neighbour}\`.mine (a int)`,
      `RENAME TABLE \`${neighbour}\`.things TO mine`,
      'CREATE DATABASE sw_another_0123456789',
      `CREATE USER 'mine'@'%'`,
      `GRANT SELECT ON \`${mine.target.externalName}\`.* TO '${theirs.login.username}'@'%'`,
      `SET PASSWORD FOR '${theirs.login.username}'@'%' = PASSWORD('x')`,
      `DROP USER '${theirs.login.username}'@'%'`,
      'SELECT * FROM slipway.tenants',
      'SELECT * FROM mysql.global_priv',
      'SELECT * FROM mysql.db',
      `SELECT 1 INTO OUTFILE '/tmp/slipway-outfile'`,
      `CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO SELECT 1`,
      `CREATE DEFINER='root'@'localhost' VIEW v AS SELECT 1`,
      `CREATE FUNCTION f RETURNS STRING SONAME 'f.so'`,
      `INSTALL SONAME 'ha_connect'`,
      'SET GLOBAL max_connections = 1',
      `SET GLOBAL general_log = 1`,
      'SET SESSION sql_log_bin = 0',
      `KILL ${victim.connection.threadId}`,
      'SHUTDOWN',
      'FLUSH TABLES WITH READ LOCK',
      'SHOW ENGINE INNODB STATUS',
      'SHOW BINARY LOGS',
      'SET ROLE root',
    ];
    for (const statement of statements) {
      expect([statement, await outcomeOf(connection.query(statement))]).toEqual(
        [statement, expect.stringMatching(/^refused \d+$/)],
      );
    }
    const [[file]] = await connection.query<RowDataPacket[]>(
      `SELECT LOAD_FILE('/etc/hostname') AS text`,
    );
    expect(file.text).toBeNull();
    // MariaDB takes this one, and ends nobody's session but one's own.
    await connection.query(`KILL USER '${theirs.login.username}'@'%'`);
    expect(await victim.isAlive()).toBe(true);
    expect(await victim.read('order-1')).toBe('two tents');
  });

  it.each(['MyISAM', 'Aria', 'InnoDB'])(
    'writes no file of a table where a tenant says (%s)',
    async engine => {
      const mine = await provision(harness);
      const theirs = await provision(harness, 'payments-db');
      const elsewhere = await fs.mkdtemp(path.join(os.tmpdir(), 'slipway-'));
      const { data } = harness.mariaDb;
      const own = mine.target.externalName;
      const everyFile = async () =>
        [
          ...(await listFiles(elsewhere)),
          ...(await listFiles(data)).filter(file => !file.startsWith(own)),
        ].sort();
      const before = await everyFile();
      const { connection } = await connect(mine.login);
      const folders = [
        elsewhere,
        `${data}/nope/../${theirs.target.externalName}`,
        // Whatever the server's folder is called.
        `/proc/self/cwd/nope/../${theirs.target.externalName}`,
        '/proc/self/cwd/nope/../mysql',
      ];
      for (const [index, folder] of folders.entries()) {
        const places = `DATA DIRECTORY='${folder}'${engine === 'InnoDB' ? '' : ` INDEX DIRECTORY='${folder}'`}`;
        for (const statement of [
          `CREATE TABLE whole_${index} (a int NOT NULL) ENGINE=${engine} ${places}`,
          `CREATE TABLE parted_${index} (a int NOT NULL) ENGINE=${engine}
             PARTITION BY RANGE (a) (PARTITION low VALUES LESS THAN (10) ${places})`,
          `ALTER TABLE parted_${index} ADD PARTITION (PARTITION high VALUES LESS THAN (20) ${places})`,
          `CREATE TABLE moved_${index} (a int NOT NULL) ENGINE=${engine}`,
          `ALTER TABLE moved_${index} ${places}`,
        ]) {
          // Taken with a warning, or refused: what counts is where files are.
          await outcomeOf(connection.query(statement));
        }
      }
      expect(await everyFile()).toEqual(before);
      await harness.provider.destroy(theirs.target, context());
      await harness.provider.destroy(mine.target, context());
      await fs.rm(elsewhere, { recursive: true });
    },
  );

  it('takes no underscore for any other character', async () => {
    const mine = await provision(harness);
    const alike = mine.target.externalName.replaceAll('_', 'x');
    await harness.admin.query(`CREATE DATABASE \`${alike}\``);
    const { connection } = await connect(mine.login);
    expect(
      await outcomeOf(connection.query(`CREATE TABLE ${alike}.t (a int)`)),
    ).toBe('refused 1142');
    await harness.admin.query(`DROP DATABASE \`${alike}\``);
  });

  it('lets the application use views, routines and triggers, also after its login has changed', async () => {
    const mine = await provision(harness);
    const { target } = mine;
    const old = await connect(mine.login);
    await old.write('order-1', 'two tents');
    for (const statement of [
      'CREATE VIEW all_things AS SELECT * FROM things',
      'CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 2',
      'CREATE TRIGGER loud BEFORE INSERT ON things FOR EACH ROW SET NEW.value = UPPER(NEW.value)',
      'CREATE TEMPORARY TABLE tmp (a int)',
    ]) {
      await old.connection.query(statement);
    }
    const { credentials } = harness.provider;
    const password = newPassword();
    const next = await credentials.stage(
      target,
      { slot: 'b', password },
      context(),
    );
    await credentials.activate(target, 'b', context());
    await credentials.retire(target, 'a', context());
    const { connection, ...session } = await connect({ ...next, password });
    await session.write('order-2', 'a stove');
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT value, twice(21) AS answer FROM all_things ORDER BY name',
    );
    expect(rows).toMatchObject([
      { value: 'two tents', answer: 42 },
      { value: 'A STOVE', answer: 42 },
    ]);
  });

  it('lets a person who builds make tables and nothing that runs as them', async () => {
    const { target } = await provision(harness);
    const login = await grant(harness, target, 'schema');
    const { connection } = await connect(login);
    await connection.query('CREATE TABLE t (a int)');
    await connection.query('ALTER TABLE t ADD COLUMN b int');
    for (const statement of [
      'CREATE VIEW v AS SELECT 1',
      'CREATE PROCEDURE p() SELECT 1',
      'CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1',
      'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
    ]) {
      expect(await outcomeOf(connection.query(statement))).toMatch(
        /^refused (1142|1044)$/,
      );
    }
  });

  it('holds a login to its connections', async () => {
    const { login, spec } = await provision(harness);
    const sessions = [];
    for (let i = 0; i < spec.limits.connectionLimit; i++) {
      sessions.push(await connect(login));
    }
    expect(await outcomeOf(connect(login))).toBe('refused 1226');
    await Promise.all(sessions.map(session => session.close()));
  });

  it('ends a person’s login and sessions at its time, whether the portal runs or not', async () => {
    const { target } = await provision(harness);
    const soon = new Date(Date.now() + 2_000);
    const login = await grant(harness, target, 'read-only', soon);
    const session = await connect(login);
    expect(await session.isAlive()).toBe(true);
    await new Promise(resolve => setTimeout(resolve, 4_000));
    expect(await session.isAlive()).toBe(false);
    expect(await outcomeOf(connect(login))).toBe(
      `refused ${serverErrors.accountLocked}`,
    );
  });

  it('lets nobody in whose time is over by the server’s clock, though not by ours', async () => {
    const { target } = await provision(harness);
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now - 3_600_000);
    const past = new Date(now - 60_000);
    const login = await grant(harness, target, 'read-only', past).finally(() =>
      clock.mockRestore(),
    );
    expect(await outcomeOf(connect(login))).toBe(
      `refused ${serverErrors.accountLocked}`,
    );
  });

  it('stops a person’s statements after the time of the application’s', async () => {
    const { target, spec } = await provision(harness);
    const { connection } = await connect(
      await grant(harness, target, 'read-only'),
    );
    const [[{ seconds }]] = await connection.query<RowDataPacket[]>(
      'SELECT @@max_statement_time AS seconds',
    );
    expect(Number(seconds)).toBe(spec.limits.statementTimeoutSeconds);
    const { notes } = harness.provider.capabilities();
    expect(notes.join(' ')).toMatch(/reads only can lock rows/);
  });

  it('says that prepared statements are counted for all databases of the server together', async () => {
    const { admin, provider } = harness;
    const mine = await connect((await provision(harness)).login);
    const theirs = await connect((await provision(harness)).login);
    await admin.query('SET GLOBAL max_prepared_stmt_count = 2');
    for (const name of ['one', 'two']) {
      await mine.connection.query(`PREPARE ${name} FROM 'SELECT 1'`);
    }
    const prepare = () =>
      outcomeOf(theirs.connection.query(`PREPARE three FROM 'SELECT 1'`));
    expect(await prepare()).toBe('refused 1461');
    expect(provider.capabilities().notes.join(' ')).toMatch(
      /Prepared statements .* all databases/,
    );
    await admin.query(`KILL ${mine.connection.threadId}`);
    await admin.query('SET GLOBAL max_prepared_stmt_count = DEFAULT');
    expect(await prepare()).toBe('allowed');
  });

  it.each(['retired', 'revoked', 'suspended', 'destroyed'] as const)(
    'lets nobody in who stalls while the login is %s',
    async how => {
      const { target, login } = await provision(harness);
      const { provider } = harness;
      const { credentials } = provider;
      const stalled = await stall(login);
      if (how === 'retired') {
        await credentials.stage(
          target,
          { slot: 'b', password: newPassword() },
          context(),
        );
        await credentials.activate(target, 'b', context());
        await credentials.retire(target, 'a', context());
      } else if (how === 'revoked') {
        await credentials.revokeAll(target, context());
      } else if (how === 'suspended') {
        await provider.suspend(target, context());
      } else {
        await provider.destroy(target, context());
      }
      expect(await stalled.goOn()).toBe('refused');
    },
  );

  it.each(['revoked', 'suspended'] as const)(
    'takes logins away that have dropped the database (%s)',
    async how => {
      const { provider } = harness;
      const { target, spec, login } = await provision(harness);
      const { connection } = await connect(login);
      await connection.query(`DROP DATABASE \`${target.externalName}\``);
      const seen = await provider.observe(target, { spec });
      expect(seen.status).toBe('partial');
      expect(seen.drift).toEqual([
        {
          isForOwner: true,
          what: 'database',
          wanted: target.externalName,
          found: 'none: somebody has dropped it',
        },
      ]);
      // Nobody is to take an empty one for it.
      await expect(
        provider.ensure('create-database', { target, spec }, context()),
      ).rejects.toMatchObject({
        name: 'TerminalError',
        message: expect.stringContaining('somebody has dropped it'),
      });
      const [left] = await harness.admin.query('SHOW DATABASES LIKE ?', [
        target.externalName,
      ]);
      expect(left).toEqual([]);
      await (how === 'revoked'
        ? provider.credentials.revokeAll(target, context())
        : provider.suspend(target, context()));
      expect(await outcomeOf(connection.query('SELECT 1'))).not.toBe('allowed');
      // Locked, and after revoking without a password that fits.
      expect(await outcomeOf(connect(login))).toBe(
        `refused ${how === 'revoked' ? serverErrors.accessDenied : serverErrors.accountLocked}`,
      );
      await provider.destroy(target, context());
    },
  );

  it('says what to do when a prepared transaction keeps a database from being dropped', async () => {
    const { target, login } = await provision(harness);
    const session = await connect(login);
    await session.write('order-1', 'two tents');
    for (const statement of [
      `XA START 'mine'`,
      `UPDATE things SET value = 'none'`,
      `XA END 'mine'`,
      `XA PREPARE 'mine'`,
    ]) {
      await session.connection.query(statement);
    }
    await session.close();
    await expect(
      harness.provider.destroy(target, context()),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringMatching(/XA RECOVER/),
    });
    await harness.admin.query(`XA ROLLBACK 'mine'`);
    await harness.provider.destroy(target, context());
  });

  it('lets somebody in who stalls while nothing happens', async () => {
    const { login } = await provision(harness);
    const stalled = await stall(login);
    expect(await stalled.goOn()).toBe('accepted');
  });
});

/** Paths of all files in a folder. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter(entry => !entry.isDirectory())
    .map(entry =>
      path.relative(folder, path.join(entry.parentPath, entry.name)),
    )
    .sort();
}
