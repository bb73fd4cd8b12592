import { createMockDirectory } from '@backstage/backend-test-utils';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chain, exportOf, publish } from '../__testUtils__/makeTrail';
import { runAudit } from './runAudit';
import { createSigner } from './signing';

const TRAIL = 'a5c19a83-8ed6-4f4c-a7d5-bd9b6f0f0f7b';
const key = Buffer.alloc(32, 1).toString('base64');
const signer = createSigner(key)!;

describe('runAudit', () => {
  const directory = createMockDirectory();
  const path = (name: string) => join(directory.path, name);
  const run = async (...args: string[]) => {
    const lines: string[] = [];
    const code = await runAudit(args, {
      env: { SLIPWAY_AUDIT_SIGNING_KEY: key },
      say: line => lines.push(line),
    });
    return { code, text: lines.join('\n') };
  };

  const entries = chain(TRAIL, ['{"a":"\u2028"}', '{"b":2}', '{"c":3}']);
  const heads = publish(TRAIL, entries, [1, 2], signer);

  beforeEach(() => {
    directory.setContent({
      'export.jsonl': `${exportOf(TRAIL, entries).join('\n')}\n`,
      'altered.jsonl': exportOf(TRAIL, entries).join('\n').replace('2}', '3}'),
      'heads.jsonl': heads.map(head => JSON.stringify(head)).join('\n'),
      'portal.log': heads
        .map(auditStatement =>
          JSON.stringify({ level: 'info', message: 'x', auditStatement }),
        )
        .join('\nStarting\n'),
      'key.pem': signer.publicKey,
      'other.txt': 'nothing',
    });
  });

  it('says that a trail is good, and how far', async () => {
    for (const file of ['heads.jsonl', 'portal.log']) {
      const { code, text } = await run(
        'verify',
        path('export.jsonl'),
        '--heads',
        path(file),
        '--public-key',
        path('key.pem'),
      );
      expect([code, text]).toEqual([
        0,
        expect.stringMatching(
          /3 entries\nGood: up to entry 2 .*\nProven is the time from \S+, entry 1, to \S+, entry 2: .*\nNo head speaks of the last 1/,
        ),
      ]);
    }
  });

  it('says what is wrong with it', async () => {
    const { code, text } = await run(
      'verify',
      path('altered.jsonl'),
      '--heads',
      path('heads.jsonl'),
    );
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(/ALTERED: Entry 2.*\nThe trail is not/),
    ]);
    expect((await run('verify', path('export.jsonl'))).text).toMatch(
      /UNPROVEN/,
    );
    directory.addContent({ 'empty.jsonl': exportOf(TRAIL, []).join('\n') });
    expect(await run('verify', path('empty.jsonl'))).toEqual({
      code: 1,
      text: expect.stringMatching(/UNPROVEN: The export holds no entries/),
    });
  });

  it('notes what counts for nothing', async () => {
    const [header, ...rest] = exportOf(TRAIL, entries);
    const unsigned = publish(TRAIL, entries, [3]).map(head =>
      JSON.stringify(head),
    );
    directory.addContent({
      'unsigned.jsonl': [
        header,
        ...unsigned,
        '{"kind":"damaged","seq":"9","statement":"x"}',
        ...rest,
      ].join('\n'),
    });
    expect(
      await run(
        'verify',
        path('unsigned.jsonl'),
        '--heads',
        path('heads.jsonl'),
        '--public-key',
        path('key.pem'),
      ),
    ).toEqual({
      code: 0,
      text: expect.stringMatching(
        /Note: 1 statements inside.*\nNote: 1 of the heads.*\nGood: up to entry 2/,
      ),
    });
  });

  it('holds the trail to what must be kept', async () => {
    const keptFor = (file: string, days: string) =>
      run(
        'verify',
        path(file),
        '--heads',
        path('heads.jsonl'),
        '--kept-for',
        days,
      );
    // It is whole: the portal is not older.
    expect((await keptFor('export.jsonl', '3650')).code).toBe(0);
    const [header, , ...rest] = exportOf(TRAIL, entries);
    directory.addContent({
      'later.jsonl': [
        header,
        ...rest.slice(0, -1),
        '{"v":1,"kind":"end","entries":2}',
      ].join('\n'),
    });
    expect(await keptFor('later.jsonl', '365')).toEqual({
      code: 1,
      text: expect.stringMatching(
        /UNPROVEN: The export does not reach back 365 days.*\n(.*\n)*MISSING: Entries before 2/,
      ),
    });
    for (const days of ['0', 'a year', '1.5', '']) {
      expect(await keptFor('export.jsonl', days)).toEqual({
        code: 2,
        text: expect.stringContaining('--kept-for takes a number of days'),
      });
    }
  });

  it('finds an end of the period that was moved, and says which time is proven', async () => {
    const [header, one, two, three] = exportOf(TRAIL, entries);
    const ends = entries.map(({ at }) => at);
    const moved = (
      period: { from?: string; to?: string; previousHash?: string },
      ...lines: string[]
    ) =>
      [
        JSON.stringify({ ...JSON.parse(header), ...period }),
        ...lines,
        JSON.stringify({ v: 1, kind: 'end', entries: lines.length }),
      ].join('\n');
    const after = (at: string) => at.replace(/\d{6}Z$/, '999999Z');
    directory.addContent({
      // As if it had been asked for from after the first entry on, or until after the second.
      'from.jsonl': moved(
        { from: after(ends[1]), previousHash: entries[0].hash },
        two,
        three,
      ),
      'to.jsonl': moved({ to: ends[0] }, one),
      'heads3.jsonl': publish(TRAIL, entries, [1, 2, 3], signer)
        .map(head => JSON.stringify(head))
        .join('\n'),
    });
    const verify = (file: string, ...args: string[]) =>
      run('verify', path(file), '--heads', path('heads3.jsonl'), ...args);

    expect(await verify('from.jsonl')).toEqual({
      code: 0,
      text: expect.stringContaining(
        `Proven is the time from ${ends[1]}, entry 2, to ${ends[2]}, entry 3`,
      ),
    });
    expect(await verify('from.jsonl', '--from', '1970-01-01')).toEqual({
      code: 1,
      text: expect.stringContaining('MISSING: Entries before 2'),
    });
    expect((await verify('to.jsonl')).code).toBe(0);
    expect(await verify('to.jsonl', '--to', '2100-01-01')).toEqual({
      code: 1,
      text: expect.stringContaining('TRUNCATED: Entries 2 to 3 are missing'),
    });
    expect(await verify('to.jsonl', '--to', 'soon')).toEqual({
      code: 2,
      text: expect.stringContaining('--to takes a day or a time'),
    });
  });

  it('says how it is used', async () => {
    for (const args of [
      [],
      ['verify'],
      ['verify', 'a', 'b'],
      ['verify', 'a', '--head', 'b'],
    ]) {
      expect(await run(...args)).toEqual({
        code: 2,
        text: expect.stringContaining('npm run audit -- verify'),
      });
    }
    for (const [args, message] of [
      [['verify', path('none')], /none cannot be read/],
      [
        ['verify', path('export.jsonl'), '--heads', path('other.txt')],
        /holds no head/,
      ],
      [
        ['verify', path('export.jsonl'), '--public-key', path('other.txt')],
        /cannot be used as a public key/,
      ],
    ] as const) {
      expect(await run(...args)).toEqual({
        code: 2,
        text: expect.stringMatching(message),
      });
    }
  });

  it('prints the public key', async () => {
    expect(await run('public-key')).toEqual({
      code: 0,
      text: signer.publicKey.trim(),
    });
  });

  it('runs on Node as it is', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
        join(__dirname, 'main.ts'),
        'verify',
        path('export.jsonl'),
        '--heads',
        path('heads.jsonl'),
      ],
      { env: { PATH: process.env.PATH } },
    );
    expect(stdout).toMatch(/Good/);
  });
});
