import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopServers } from '../lib/process.ts';
import { compare, type Result } from '../lib/report.ts';
import type { Benchmark } from '../run.ts';
import { writeCatalog } from './catalogData.ts';
import { prepare } from './prepare.ts';
import { requestKinds } from './requests.ts';
import { runRound, type RoundResult } from './round.ts';
import type { Side } from './side.ts';
import { prepareSides } from './sides.ts';

/**
 * How far apart two runs of one and the same portal lie on a machine of two cores. Differences up to this do not count.
 */
const noise = 0.05;

/** Our portal beside a vanilla Backstage app of the same release, with the same catalog on the same kind of Postgres. */
export const portal: Benchmark = {
  description:
    'start, memory, first visit, JavaScript, catalog and search requests beside a vanilla Backstage app',
  async run({ root, options, log, interrupted }) {
    const work = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
    // Postgres runs as a user of its own when we are root, and has to get in.
    await chmod(work, 0o755);
    const components = options.components ?? 2_000;
    const prepared = await prepareSides({ root, work, fresh: options.fresh });
    const { sides, person } = prepared;
    const measure = async () => {
      const locations = await writeCatalog(
        join(work, 'catalog'),
        components,
        person,
      );
      for (const side of sides) {
        log(`${side.name}: reading ${components} components`);
        await mkdir(join(work, side.name), { recursive: true });
        await prepare({ side, work, locations, components });
      }
      return takeTurns(sides, options.rounds ?? 5, log, side =>
        runRound({
          side,
          work,
          locations,
          kinds: requestKinds(components),
          seconds: options.seconds ?? 8,
        }),
      );
    };
    try {
      return await Promise.race([measure(), interrupted]);
    } finally {
      await stopServers();
      for (const side of sides) {
        await side.postgres.stop();
      }
      await prepared.close();
      if (options.keep) {
        log(`Logs and data are kept in ${work}`);
      } else {
        await rm(work, { recursive: true, force: true });
      }
    }
  },
};

/** Runs the rounds, each side first every other time: whatever drifts on the machine hits both alike. */
async function takeTurns(
  sides: Side[],
  rounds: number,
  log: (line: string) => void,
  run: (side: Side) => Promise<RoundResult[]>,
): Promise<Result[]> {
  const measured = new Map<
    string,
    { kind: RoundResult; ours: number[]; bare: number[] }
  >();
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      log(`Round ${round + 1} of ${rounds}: ${side.name}`);
      for (const result of await run(side)) {
        const entry = measured.get(result.measure) ?? {
          kind: result,
          ours: [],
          bare: [],
        };
        entry[side.name].push(...result.values);
        measured.set(result.measure, entry);
      }
    }
  }
  return [...measured.values()].map(({ kind, ours, bare }) =>
    compare({ ...kind, ours, bare }, noise),
  );
}
