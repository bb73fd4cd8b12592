import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compareToLimit, type Result } from '../lib/report.ts';
import type { Context } from '../run.ts';

type SideName = 'ours' | 'bare';

/** What `measure.ts` prints, in the units below. */
type Measured = Record<keyof typeof measures, number>;

/** What is measured, and what ours must stay below. */
const measures = {
  evaluationMedian: {
    measure: 'evaluation, 200 policies, median',
    unit: 'ms',
    limit: 5,
  },
  evaluation99: {
    measure: 'evaluation, 200 policies, p99',
    unit: 'ms',
    limit: 5,
  },
  answer99: {
    measure: 'answer to 20 callers at once, p99',
    unit: 'ms',
    limit: 100,
  },
  loading: { measure: 'reading 200 policies', unit: 'ms', limit: 2_000 },
  sweep: {
    measure: 'evaluation of 10,000 entities, 20 policies',
    unit: 's',
    limit: 60,
  },
} as const;

/** The engine beside functions that do the same checks by hand. */
export async function measureEvaluation({
  root,
  options,
  log,
  interrupted,
}: Context): Promise<Result[]> {
  const rounds = options.rounds ?? 5;
  const seconds = options.seconds ?? 4;
  const measured: Record<SideName, Measured[]> = { ours: [], bare: [] };
  const sides: SideName[] = ['ours', 'bare'];
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      log(`Round ${round + 1} of ${rounds}: ${side}`);
      measured[side].push(
        await Promise.race([runSide(root, side, seconds), interrupted]),
      );
    }
  }
  return Object.entries(measures).map(
    ([name, { measure, unit, limit }]): Result => {
      const valuesOf = (side: SideName) =>
        measured[side].map(each => each[name as keyof typeof measures]);
      return compareToLimit(
        { measure, unit, ours: valuesOf('ours'), bare: valuesOf('bare') },
        limit,
      );
    },
  );
}

/** A process for each round: neither side finds the code of the other compiled. */
async function runSide(
  root: string,
  side: SideName,
  seconds: number,
): Promise<Measured> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      `--require=${join(root, 'node_modules/@backstage/cli/config/nodeTransform.cjs')}`,
      join(root, 'bench', 'policies', 'measure.ts'),
      side,
      String(seconds),
    ],
    { timeout: 120_000 + seconds * 1_000 },
  );
  return JSON.parse(stdout);
}
