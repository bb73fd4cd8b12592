import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { PolicySet } from '@slipway/plugin-policies-common';
import type { PolicyObjectsSource } from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import { eachViolating, recordLooks } from '../database/looks';
import { readSet } from '../database/sets';
import { replaceFindings, storeFindings } from '../database/storeFindings';
import {
  assertGoesOn,
  beginSweep,
  completeSweep,
  failSweep,
  newestSweep,
} from '../database/sweeps';
import type { PolicyMetrics } from '../services/createMetrics';
import type { Owners } from '../services/Owners';
import type { SetsService } from '../services/SetsService';
import { countChecks } from './countChecks';
import { SweepThread } from './SweepThread';
import { Tally } from './Tally';
import { toRequest } from './toRequest';

/** Whoever mends a hundred looks again. */
const UNKNOWN_MAX = 100;

interface SweepDeps {
  knex: Knex;
  logger: LoggerService;
  metrics: PolicyMetrics;
  owners: Pick<Owners, 'unknown'>;
  sets: SetsService;
  sources: readonly PolicyObjectsSource[];
  sweepEveryMs: number;
  /** Called when violations may have changed. */
  onChanged(): void;
}

/** Looks over everything that exists, and at what changed. */
export class SweepService {
  readonly #deps: SweepDeps;

  static create(deps: SweepDeps): SweepService {
    return new SweepService(deps);
  }

  private constructor(deps: SweepDeps) {
    this.#deps = deps;
  }

  /**
   * Sweeps when it is time to. One that dies leaves what it found, and resolves nothing: the next begins anew.
   *
   * @returns whether one ran to its end
   */
  async sweepIfDue(signal: AbortSignal): Promise<boolean> {
    const { knex, logger, metrics, sets, sweepEveryMs, onChanged } = this.#deps;
    const set = await sets.current();
    const sweep = await beginSweep(knex, set.digest, sweepEveryMs);
    if (!sweep) return false;
    const began = performance.now();
    const tally = new Tally();
    try {
      await this.#sweep(set, sweep, tally, signal);
      await completeSweep(knex, sweep, {
        objects: tally.objects,
        violations: tally.violations,
        unknownOwners: await this.#unknownOf(tally.owners),
      });
      metrics.swept(seconds(began), 'whole', tally.objects);
      logger.info(
        `Policies were asked about ${tally.objects} things in ${seconds(began).toFixed(1)} s: ${tally.violations} violations`,
      );
      return true;
    } catch (error) {
      metrics.swept(seconds(began), 'failed', tally.objects);
      logger.warn(
        'Not everything could be looked at; the next sweep begins anew',
        toError(error),
      );
      await failSweep(
        knex,
        sweep.id,
        toError(error).message.slice(0, 500),
        tally.objects,
      );
      return false;
    } finally {
      onChanged();
    }
  }

  /**
   * Looks at some things, after a hint that they are new, or changed, or gone.
   *
   * @returns those that are not there
   */
  async lookAt(sourceId: string, ids: readonly string[]): Promise<string[]> {
    const { knex, sets, sources, onChanged } = this.#deps;
    const source = sources.find(each => each.id === sourceId);
    if (!source) return [];
    const absent: string[] = [];
    try {
      for (const id of ids) {
        const [set, object, sweep] = await Promise.all([
          sets.current(),
          source.get(id),
          newestSweep(knex),
        ]);
        if (!object) absent.push(id);
        const asked: string[] = [];
        const findings = object
          ? set.evaluate(toRequest(object), name => asked.push(name)).findings
          : [];
        await replaceFindings(
          knex,
          { number: sweep, digest: set.digest },
          {
            source: sourceId,
            id,
            object,
            findings,
            checks: countChecks(set)(asked),
          },
        );
      }
    } finally {
      onChanged();
    }
    return absent;
  }

  /** Looks for what has violations and is gone, where sources say nothing of that by themselves. */
  async lookForGone(signal: AbortSignal): Promise<void> {
    const { knex, sources } = this.#deps;
    for (const source of sources) {
      if (!source.missing) continue;
      for await (const ids of eachViolating(knex, source.id)) {
        signal.throwIfAborted();
        const gone = await source.missing(ids);
        if (gone.length > 0) await this.lookAt(source.id, gone);
      }
    }
  }

  /** A hundred at most; undefined when the catalog does not say. */
  async #unknownOf(owners: ReadonlyMap<string, number>) {
    const { logger } = this.#deps;
    try {
      const unknown = await this.#deps.owners.unknown([...owners.keys()]);
      return [...unknown]
        .sort()
        .slice(0, UNKNOWN_MAX)
        .map(owner => ({ owner, objects: owners.get(owner)! }));
    } catch (error) {
      logger.warn(
        'Whether owners are in the catalog is not known',
        toError(error),
      );
      return undefined;
    }
  }

  async #sweep(
    set: PolicySet,
    sweep: { id: string; number: number },
    tally: Tally,
    signal: AbortSignal,
  ): Promise<void> {
    const { knex, sources } = this.#deps;
    const stored = await readSet(knex, set.digest);
    if (!stored) throw new Error(`The set ${set.digest} is not stored`);
    const kinds = kindsOf(set);
    const checksOf = countChecks(set);
    const thread = SweepThread.create(stored);
    try {
      for (const source of sources) {
        let cursor: string | undefined;
        do {
          signal.throwIfAborted();
          const page = await source.list({ cursor, kinds, signal });
          const verdicts = await thread.judge(page.items.map(toRequest));
          await assertGoesOn(knex, sweep.id);
          await storeFindings(
            knex,
            sweep.number,
            page.items.map((object, index) => ({
              source: source.id,
              object,
              findings: verdicts[index].findings,
            })),
          );
          await recordLooks(
            knex,
            { number: sweep.number, digest: set.digest },
            page.items.map((object, index) => ({
              source: source.id,
              object,
              checks: checksOf(verdicts[index].asked),
            })),
          );
          page.items.forEach((object, index) =>
            tally.add(object, verdicts[index].findings.length),
          );
          cursor = page.nextCursor;
        } while (cursor);
      }
    } finally {
      await thread.close();
    }
  }
}

/** What policies of a set are about; `*` is everything. */
export function kindsOf(set: PolicySet): string[] {
  const kinds = set.policies.flatMap(
    ({ document }) => document.spec.match.kinds,
  );
  return [...new Set(kinds)].sort();
}

function seconds(since: number): number {
  return (performance.now() - since) / 1_000;
}
