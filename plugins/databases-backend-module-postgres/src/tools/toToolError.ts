import { RetryableError, TerminalError } from '@slipway/plugin-databases-node';

const MAX_LENGTH = 300;

/** What passes, or what somebody mends on the server, by what the programs and the server say of it. */
const PASSES: Array<[RegExp, (server: string) => string]> = [
  [
    /too many connections for (database|role)/,
    server => `A database on ${server} has all its connections taken`,
  ],
  [
    /remaining connection slots|too many clients/,
    server => `${server} has no connection left`,
  ],
  [
    /No space left on device|could not extend file|disk full/i,
    server => `The disk of ${server} is full`,
  ],
  [
    /out of shared memory/,
    server =>
      `The table of locks of ${server} is full. Try again when less happens there, or set max_locks_per_transaction of the server higher.`,
  ],
  [
    /lock timeout|canceling statement due to/,
    server =>
      `Somebody has held a lock on a table in the database on ${server} for too long`,
  ],
  [
    /the database system is|could not connect|connection to server .* failed|server closed the connection|terminating connection|connection not open|no connection to the server|could not (send|receive) data|SSL SYSCALL/i,
    server => `The connection to ${server} was lost, or it does not answer`,
  ],
];

/** What a person has to mend, for which the program's own words do not say how. */
const STAYS: Array<[RegExp, string]> = [
  [
    /query would be affected by row-level security policy/,
    'Row security hides rows of a table from its owner too, and a dump would lack them',
  ],
  [
    /server version mismatch|unsupported version/,
    'The programs of Postgres are older than what they work with. Name the folder of newer ones as tools under databases.providers.postgres.',
  ],
  [
    /end of file|could not read from input|could not find block|corrupt|does not appear to be a valid archive|input file is too short|found unexpected block|unrecognized data block/i,
    'The dump is not whole, or is not one of Postgres',
  ],
];

/**
 * Says what became of a program of Postgres, in words for people. Of its own words the first line of the first error is kept:
 * further ones repeat statements and rows.
 *
 * @param said - what it wrote to its standard error
 * @internal
 */
export function toToolError(
  program: string,
  said: string,
  server: string,
): Error {
  const lines = said.split('\n');
  const errors = lines.filter(line =>
    /(error|FATAL|detail: Error message from server): /.test(line),
  );
  const text = errors.join('\n');
  for (const [pattern, sentence] of PASSES) {
    if (pattern.test(text)) return new RetryableError(sentence(server));
  }
  for (const [pattern, sentence] of STAYS) {
    if (pattern.test(text)) return new TerminalError(sentence);
  }
  const first = (errors[0] ?? lines.find(Boolean) ?? 'it said nothing')
    .replace(/^\S+: (error: )?/, '')
    .concat(
      errors[1]?.includes('detail: ')
        ? errors[1].replace(/^.*detail:/, '')
        : '',
    )
    // A name may hold any character.
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, MAX_LENGTH);
  return new TerminalError(`${program} on ${server} failed: ${first}`);
}
