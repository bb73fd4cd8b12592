import { toToolError } from './toToolError';

const told = (said: string) => toToolError('pg_dump', said, 'Shared Postgres');

describe('toToolError', () => {
  it.each([
    'pg_dump: error: connection to server on socket "/tmp/x/.s.PGSQL.5432" failed: Connection refused',
    'pg_dump: error: connection to server on socket "/tmp/x" failed: FATAL:  the database system is shutting down',
    'pg_dump: error: query failed: server closed the connection unexpectedly\n\tThis probably means …',
    'pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout',
    'pg_dump: error: query failed: ERROR:  out of shared memory\nHINT:  …',
    'pg_restore: error: could not execute query: ERROR:  could not extend file "base/1/2": No space left on device',
    'pg_dump: error: connection to server failed: FATAL:  too many connections for database "orders"',
    'pg_dump: error: query failed: FATAL:  terminating connection due to administrator command',
    'pg_dump: error: Dumping the contents of table "t" failed: PQgetCopyData() failed.\npg_dump: detail: Error message from server: server closed the connection unexpectedly',
  ])('takes for something that passes: %s', said => {
    expect(told(said)).toMatchObject({
      name: 'RetryableError',
      message: expect.stringContaining('Shared Postgres'),
    });
  });

  it.each([
    [
      'pg_restore: error: could not read from input file: end of file',
      'not whole',
    ],
    [
      'pg_restore: error: input file does not appear to be a valid archive',
      'not whole',
    ],
    ['pg_restore: error: unsupported version (1.99) in file header', 'older'],
    ['pg_dump: error: aborting because of server version mismatch', 'older'],
    [
      'pg_dump: error: query failed: ERROR:  permission denied for table t',
      'permission denied for table t',
    ],
    [
      'pg_dump: error: Dumping the contents of table "t" failed: PQgetResult() failed.\npg_dump: detail: Error message from server: ERROR:  missing chunk number 0 for toast value 1',
      'missing chunk number 0',
    ],
    ['', 'it said nothing'],
  ])('takes for something to mend: %s', (said, words) => {
    expect(told(said)).toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining(words),
    });
  });

  it('repeats neither statements nor rows, nor what a name does to a terminal', () => {
    const { message } = told(
      [
        'pg_restore: warning: something',
        'pg_restore: error: COPY failed for table "t\u001b[2J\r": ERROR:  value out of range',
        'CONTEXT:  COPY t, line 1, column card: "4111 1111 1111 1111"',
        'Command was: CREATE TABLE secrets …',
        `pg_restore: error: ${'x'.repeat(10_000)}`,
      ].join('\n'),
    );
    expect(message).toBe(
      'pg_dump on Shared Postgres failed: COPY failed for table "t [2J ": ERROR:  value out of range',
    );
    expect(
      told(`pg_dump: error: ${'x'.repeat(10_000)}`).message.length,
    ).toBeLessThan(400);
  });
});
