import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import {
  isMainThread,
  parentPort,
  Worker,
  workerData,
} from 'node:worker_threads';
import {
  loadPolicies,
  type PolicyFinding,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import type { SetRow } from '../database/sets';

/** What the policies say about one thing. */
export interface SweepVerdict {
  findings: PolicyFinding[];
  /** The policies that apply to it. */
  asked: string[];
}

interface Start {
  slipwayPoliciesSweep: Pick<SetRow, 'files' | 'params'>;
}
type Answer = { verdicts: SweepVerdict[] } | { error: string };

/** A batch takes some ten milliseconds; one that takes this long never ends. */
const BATCH_TIMEOUT_MS = 60_000;

/**
 * Judges by the thousand in a thread of its own, so that pages stay quick meanwhile. One batch at a time.
 */
export class SweepThread {
  readonly #worker: Worker;

  static create(set: Pick<SetRow, 'files' | 'params'>): SweepThread {
    return new SweepThread(set);
  }

  private constructor({ files, params }: Pick<SetRow, 'files' | 'params'>) {
    const start: Start = { slipwayPoliciesSweep: { files, params } };
    this.#worker = new Worker(__filename, {
      workerData: start,
      // In development and in tests this file is TypeScript, which a thread reads as the process does that has it.
      ...(__filename.endsWith('.ts') && {
        execArgv: [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
      }),
    });
    // Who waits for an answer hears of it; otherwise it would end the process.
    this.#worker.on('error', () => undefined);
    this.#worker.unref();
  }

  /** @throws Error when the thread cannot go on */
  async judge(requests: readonly PolicyRequest[]): Promise<SweepVerdict[]> {
    const worker = this.#worker;
    const done = new AbortController();
    const { signal } = done;
    try {
      const answers = [
        once(worker, 'message', { signal }).then(
          ([answer]) => answer as Answer,
        ),
        once(worker, 'exit', { signal }).then((): Answer => {
          throw new Error('The thread of the sweep has ended');
        }),
        setTimeout(BATCH_TIMEOUT_MS, undefined, { signal, ref: false }).then(
          (): Answer => {
            throw new Error('The sweep takes too long');
          },
        ),
      ];
      worker.postMessage(requests);
      const answer = await Promise.race(answers);
      if ('error' in answer) throw new Error(answer.error);
      return answer.verdicts;
    } finally {
      done.abort();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** What runs in the thread. */
function serve({ files, params }: Start['slipwayPoliciesSweep']): void {
  const set = loadPolicies(files, {
    params: params as never,
    isInForce: true,
  });
  parentPort?.on('message', (requests: PolicyRequest[]) => {
    let answer: Answer;
    try {
      answer = {
        verdicts: requests.map(request => {
          const asked: string[] = [];
          const { findings } = set.evaluate(request, name => asked.push(name));
          return { findings, asked };
        }),
      };
    } catch (error) {
      answer = { error: String(error) };
    }
    parentPort?.postMessage(answer);
  });
}

const start = workerData as Partial<Start> | null;
if (!isMainThread && start?.slipwayPoliciesSweep) {
  serve(start.slipwayPoliciesSweep);
}
