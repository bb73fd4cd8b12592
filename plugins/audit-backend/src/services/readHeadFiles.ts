import { type AuditReadBack, parseStatement } from '@slipway/plugin-audit-node';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^heads-\d{4}-\d\d\.jsonl$/;
/** Files of this many months are read whole; of older ones the beginning. */
const WHOLE_FILES = 2;
const BEGINNING_BYTES = 8_192;
const MOST_BYTES = 4_194_304;

/** Up to where each file was read. */
type Position = Record<string, number>;

/**
 * Reads what was appended to the files of a folder since the last time, a part at a time.
 *
 * @remarks
 *
 * A trail that was begun anew writes into the same folder, so that the beginnings of old files are enough to find another one.
 */
export async function readHeadFiles(
  directory: string,
  position: string | undefined,
): Promise<AuditReadBack> {
  const names = (await readdir(directory).catch(ifNone))
    .filter(name => NAME.test(name))
    .sort();
  const before: Position = position ? JSON.parse(position) : {};
  const isAnew = Object.keys(before).some(name => !names.includes(name));
  const next: Position = isAnew ? {} : { ...before };
  const lines: string[] = [];
  let left = MOST_BYTES;
  let isMore = false;
  for (const [index, name] of names.entries()) {
    if (left <= 0) {
      isMore = true;
      break;
    }
    const isNew = next[name] === undefined;
    const isWhole = index >= names.length - WHOLE_FILES;
    const limit = isNew && !isWhole ? BEGINNING_BYTES : left;
    const part = await readPart(join(directory, name), next[name] ?? 0, limit);
    lines.push(...part.text.split('\n'));
    left -= part.text.length;
    const isPassedOver = isNew && !isWhole;
    next[name] = isPassedOver ? part.size : part.end;
    if (!isPassedOver && part.isMore) {
      isMore = true;
      break;
    }
  }
  return {
    statements: lines.flatMap(line => parseStatement(line) ?? []),
    position: JSON.stringify(next),
    isMore,
    isAnew,
  };
}

/** Whole lines from a place on; a line that is still being written is left for later. */
async function readPart(file: string, start: number, limit: number) {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    // Somebody has taken something away from it.
    const from = start > size ? 0 : start;
    const buffer = Buffer.alloc(Math.max(0, Math.min(limit, size - from)));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    const read = buffer.subarray(0, bytesRead);
    const last = read.lastIndexOf(10) + 1;
    // What has no end within that much is no line of ours.
    const taken = last === 0 && bytesRead === MOST_BYTES ? bytesRead : last;
    return {
      text: read.subarray(0, last).toString('utf8'),
      end: from + taken,
      size,
      isMore: taken > 0 && from + bytesRead < size,
    };
  } finally {
    await handle.close();
  }
}

function ifNone(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
