// A disk that is really full: a small file system in memory, which takes root. Elsewhere scripts/not-run.mjs says so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Advice } from '../Advice.ts';
import { onEnd } from '../testing/onEnd.ts';
import {
  serverOptions,
  startServer,
  temporaryFolder,
} from '../testing/startServer.ts';
import { preparePostgres } from './PostgresServer.ts';
import { withClient } from './roles.ts';

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';

function smallDisk(t: TestContext, mebibytes: number): string {
  const path = join(temporaryFolder(t), 'disk');
  mkdirSync(path);
  execFileSync('mount', [
    ...['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'tmpfs', path],
  ]);
  onEnd(t, () => execFileSync('umount', [path]));
  return path;
}

if (isRoot) {
  test('no room for a new database is said in one sentence, and leaves nothing half made', async t => {
    const dataDir = smallDisk(t, 12);
    await assert.rejects(
      preparePostgres(await serverOptions(dataDir)),
      (error: unknown) => {
        assert.ok(error instanceof Advice);
        assert.match(
          error.message,
          /The disk of .* is full: no database could be made/,
        );
        assert.match(error.wayOut ?? '', /SLIPWAY_DATA_DIR/);
        return true;
      },
    );
  });

  test('a disk that fills up is said, loses nothing that was committed, and heals when there is space', async t => {
    const dataDir = smallDisk(t, 120);
    const { server, connection } = await startServer(
      t,
      await serverOptions(dataDir),
    );
    await withClient(connection, client =>
      client.query('CREATE TABLE kept AS SELECT generate_series(1, 100) AS n'),
    );
    const ballast = join(dataDir, 'ballast');
    const complaint = once(server, 'complaint');
    try {
      writeFileSync(ballast, Buffer.alloc(200 * 1024 * 1024));
    } catch {
      // It is full now, which is what was wanted.
    }
    await assert.rejects(
      withClient(connection, client =>
        client.query(
          "CREATE TABLE large AS SELECT repeat('x', 1000) FROM generate_series(1, 50000)",
        ),
      ),
    );
    assert.match(
      String((await complaint)[0]),
      /The disk is full: the Postgres of this test cannot write\. Free some space/,
    );
    rmSync(ballast);
    // Postgres may have stopped itself when its log could not be written: then it is being started again.
    const deadline = Date.now() + 60_000;
    let number;
    while (number === undefined && Date.now() < deadline) {
      number = await withClient(connection, client =>
        client.query('SELECT count(*)::int AS number FROM kept'),
      ).then(
        ({ rows }) => rows[0].number,
        () => undefined,
      );
    }
    assert.equal(number, 100);
    await withClient(connection, client =>
      client.query('INSERT INTO kept SELECT generate_series(1, 10000)'),
    );
  });
}
