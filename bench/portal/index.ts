import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from '../lib/report.ts';
import type { Benchmark } from '../run.ts';
import { writeCatalog } from './catalogData.ts';
import { prepare } from './prepare.ts';
import { runRound, type RoundResult } from './round.ts';
import { requestKinds } from './requests.ts';
import { prepareSides } from './sides.ts';

/**
 * How far apart two runs of one and the same portal lie on a machine of two cores. Differences up to this do not count.
 */
const noise = 0.05;

/** Our portal beside a vanilla Backstage app of the same release, with the same catalog on the same kind of Postgres. */
export const portal: Benchmark = {
  description:
    'start, memory, first visit, JavaScript, catalog and search requests beside a vanilla Backstage app',
  async run({ root, options, log }) {
    const work = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
    const closing: (() => Promise<void>)[] = [];
    try {
      const components = options.components ?? 2_000;
      const rounds = options.rounds ?? 5;
      const seconds = options.seconds ?? 8;
      const { sides, person, close } = await prepareSides({
        root,
        work,
        fresh: options.fresh,
      });
      closing.push(close);
      const locations = await writeCatalog(
        join(work, 'catalog'),
        components,
        person,
      );
      for (const side of sides) {
        await mkdir(join(work, side.name), { recursive: true });
        log(`${side.name}: reading ${components} components`);
        await prepare({ side, work, locations, components });
      }

      const measured = new Map<
        string,
        { ours: number[]; bare: number[]; kind: RoundResult }
      >();
      for (let round = 0; round < rounds; round += 1) {
        // In turns, and each side first every other time: whatever drifts on the machine hits both alike.
        for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
          log(`Round ${round + 1} of ${rounds}: ${side.name}`);
          const results = await runRound({
            side,
            work,
            locations,
            kinds: requestKinds(components),
            seconds,
          });
          for (const result of results) {
            const entry = measured.get(result.measure) ?? {
              ours: [],
              bare: [],
              kind: result,
            };
            entry[side.name].push(...result.values);
            measured.set(result.measure, entry);
          }
        }
      }
      return [...measured.values()].map(({ ours, bare, kind }) =>
        compare(
          {
            measure: kind.measure,
            unit: kind.unit,
            better: kind.better,
            ours,
            bare,
          },
          noise,
        ),
      );
    } finally {
      for (const close of closing.toReversed()) {
        await close();
      }
      if (options.keep) {
        log(`Logs and data are kept in ${work}`);
      } else {
        await rm(work, { recursive: true, force: true });
      }
    }
  },
};
