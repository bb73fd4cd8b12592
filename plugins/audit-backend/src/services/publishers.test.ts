import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import type { SignedStatement } from '@slipway/plugin-audit-node';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFilePublisher } from './createFilePublisher';
import { Publishers } from './Publishers';

const head = (seq: number, at: string): SignedStatement => ({
  v: 1,
  kind: 'head',
  trail: 't',
  seq,
  hash: 'h',
  at,
});

describe('publishers', () => {
  const logger = mockServices.logger.mock();
  const directory = createMockDirectory();

  it('appends to one file a month, and makes the folder', async () => {
    const path = join(directory.path, 'new', 'heads');
    const publisher = createFilePublisher(path);
    await publisher.publish(head(1, '2026-01-31T23:59:00.000000Z'));
    await publisher.publish(head(2, '2026-02-01T00:00:00.000000Z'));
    await publisher.publish(head(3, '2026-02-01T00:01:00.000000Z'));
    const read = (month: string) =>
      readFile(join(path, `heads-${month}.jsonl`), 'utf8');
    expect(await read('2026-01')).toBe(
      `${JSON.stringify(head(1, '2026-01-31T23:59:00.000000Z'))}\n`,
    );
    expect((await read('2026-02')).trim().split('\n')).toHaveLength(2);
  });

  it('reaches the others when one fails', async () => {
    const publishers = new Publishers();
    const kept: number[] = [];
    publishers.addPublisher({
      id: 'full',
      publish: async () => {
        throw new Error('no space left');
      },
    });
    const publish = () => publishers.publish(head(1, '2026'), logger);
    expect(await publish()).toBe(false);
    publishers.addPublisher({
      id: 'good',
      publish: async ({ seq }) => void kept.push(seq),
    });
    expect(await publish()).toBe(true);
    expect(kept).toEqual([1]);
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringMatching(/'full': Error: no space left/),
    );
    expect(() =>
      publishers.addPublisher({ id: 'good', publish: async () => {} }),
    ).toThrow(/two publishers .* 'good'/);
  });
});
