import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createSigner, readPublicKeys, type TrustedKeys } from './signing.ts';
import { parseStatement, type SignedStatement } from './statements.ts';
import type { TrailReport } from './trailReport.ts';
import { TrailVerifier } from './TrailVerifier.ts';

const KEY = 'SLIPWAY_AUDIT_SIGNING_KEY';
const USAGE = `Usage:
  npm run audit -- verify <export> --heads <file> … --public-key <file>
      Says whether an export of the audit trail is what was stored.
      <export>      what "Export" on the page or GET /api/audit/export gave
      --heads       heads that were kept outside the database: files of the portal's audit
                    folder, or its log. May be given several times.
      --public-key  who may have signed them, in PEM. Without it heads are believed as they are.
      --kept-for    how many days entries must be kept, where that is more than the 90 of every
                    portal. The export must reach as far back.
      --from, --to  the period that was asked for, as in ?from=2026-11-01&to=2026-12-01. The export
                    says it too, but nobody has signed that.
  npm run audit -- public-key
      Prints the public key that belongs to ${KEY}.`;

const WRONG = 2;
const BAD = 1;
const GOOD = 0;

/** What is wrong with how the command was called. */
class UsageError extends Error {}

/**
 * The command "audit".
 *
 * @returns 0 when the trail is what it was, 1 when it is not, 2 when that could not be looked at
 */
export async function runAudit(
  args: string[],
  io: { env: NodeJS.ProcessEnv; say(line: string): void },
): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [command, file, ...rest] = positionals;
    if (command === 'public-key' && file === undefined) {
      const signer = createSigner(io.env[KEY] ?? '');
      if (!signer) {
        throw new UsageError(`${KEY} is not set to 32 bytes in base64.`);
      }
      io.say(signer.publicKey.trim());
      return GOOD;
    }
    if (command !== 'verify' || file === undefined || rest.length > 0) {
      throw new UsageError(USAGE);
    }
    const keyFile = values['public-key'];
    const report = await verifyFile(file, {
      published: await readStatements(values.heads ?? []),
      keys: keyFile === undefined ? undefined : await readKeys(keyFile),
      keptForDays: readDays(values['kept-for']),
      period: {
        from: readTime('from', values.from),
        to: readTime('to', values.to),
      },
    });
    return describe(report, io.say);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    io.say(error.message);
    return WRONG;
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        heads: { type: 'string', multiple: true },
        'public-key': { type: 'string' },
        'kept-for': { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

async function verifyFile(
  file: string,
  options: Parameters<typeof TrailVerifier.create>[0],
): Promise<TrailReport> {
  const verifier = TrailVerifier.create(options);
  for await (const line of linesOf(file)) {
    verifier.add(line);
  }
  return verifier.finish();
}

function readDays(text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,4}$/.test(text)) {
    throw new UsageError(
      `--kept-for takes a number of days, such as 365, not '${text}'.`,
    );
  }
  return text === undefined ? undefined : Number(text);
}

/** As the export writes times, so that texts can be compared. */
function readTime(name: string, text: string | undefined): string | undefined {
  if (text === undefined) {
    return undefined;
  }
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new UsageError(
      `--${name} takes a day or a time, such as 2026-11-01, not '${text}'.`,
    );
  }
  return time.toISOString().replace('Z', '000Z');
}

async function readStatements(files: string[]): Promise<SignedStatement[]> {
  const statements: SignedStatement[] = [];
  for (const file of files) {
    const before = statements.length;
    for await (const line of linesOf(file)) {
      const statement = parseStatement(line);
      if (statement) {
        statements.push(statement);
      }
    }
    if (statements.length === before) {
      throw new UsageError(
        `${file} holds no head. Give a file of the portal's audit folder, or its log.`,
      );
    }
  }
  return statements;
}

async function readKeys(file: string): Promise<TrustedKeys> {
  try {
    return readPublicKeys(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `${file} cannot be used as a public key: ${(error as Error).message}`,
    );
  }
}

/** Lines end with LF: other tools' ends of lines may stand in a text. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(file, 'utf8')) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
  if (rest !== '') {
    yield rest;
  }
}

function describe(report: TrailReport, say: (line: string) => void): number {
  const { header, problems, remarks, entries, first, provenTo, unproven } =
    report;
  if (header) {
    say(
      `Trail ${header.trail}, entries from ${header.from} to ${header.to}, exported at ${header.exportedAt}: ${entries} entries`,
    );
  }
  remarks.forEach(remark => say(`Note: ${remark}`));
  for (const { kind, message } of problems) {
    say(`${kind.toUpperCase()}: ${message}`);
  }
  if (problems.length > 0) {
    say('The trail is not what was stored, or that cannot be shown.');
    return BAD;
  }
  say(
    provenTo === undefined
      ? 'Good: nothing is left in it that was not dropped as said.'
      : `Good: up to entry ${provenTo} it is what was stored when heads were published.`,
  );
  if (first && provenTo !== undefined) {
    say(
      `Proven is the time from ${first.at}, entry ${first.seq}, to ${report.provenUntil}, entry ${provenTo}: nothing is missing between them. Of what was before and after, it says nothing; --from and --to hold it to what you asked for.`,
    );
  }
  if (unproven > 0) {
    say(
      `No head speaks of the last ${unproven}: newer heads, kept outside the database, would.`,
    );
  }
  return GOOD;
}
