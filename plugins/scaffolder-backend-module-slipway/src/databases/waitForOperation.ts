import type {
  BackstageCredentials,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type { DatabaseOperation } from '@slipway/plugin-databases-common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabasesClient } from './DatabasesClient';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;
const FINAL = new Set(['succeeded', 'failed', 'cancelled']);

/**
 * Follows an operation until it ends or the time is up, and writes each step to
 * the log as it happens.
 *
 * @returns the operation as it was seen last
 */
export async function waitForOperation(options: {
  client: DatabasesClient;
  operation: DatabaseOperation;
  credentials: BackstageCredentials;
  logger: LoggerService;
  limitMs: number;
  signal?: AbortSignal;
}): Promise<DatabaseOperation> {
  const { client, credentials, logger, signal } = options;
  const deadline = Date.now() + options.limitMs;
  const told = new Set<string>();
  let operation = options.operation;
  for (
    let pause = FIRST_PAUSE_MS;
    ;
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  ) {
    for (const step of operation.steps) {
      const line = `${step.title}: ${step.state}`;
      if (step.state !== 'pending' && !told.has(line)) {
        told.add(line);
        logger.info(line);
      }
    }
    const left = deadline - Date.now();
    if (FINAL.has(operation.state) || left <= 0) {
      return operation;
    }
    await sleep(Math.min(pause, left), undefined, { signal });
    operation = await client.getOperation(operation.id, { credentials });
  }
}
