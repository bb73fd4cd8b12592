import type { AuditPublisher } from '@slipway/plugin-audit-node';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readHeadFiles } from './readHeadFiles';

/** Appends heads to files in a folder, one file a month. */
export function createFilePublisher(directory: string): AuditPublisher {
  return {
    id: 'file',
    async publish(statement) {
      await mkdir(directory, { recursive: true });
      const month = statement.at.slice(0, 7);
      await appendFile(
        join(directory, `heads-${month}.jsonl`),
        `${JSON.stringify(statement)}\n`,
        { mode: 0o600, flush: true },
      );
    },
    read: position => readHeadFiles(directory, position),
  };
}
