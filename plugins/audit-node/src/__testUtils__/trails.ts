import fc from 'fast-check';
import { createSigner, readPublicKeys } from '../chain/signing';
import type { SignedStatement } from '../chain/statements';
import { TrailVerifier } from '../chain/TrailVerifier';
import { chain, publish } from './makeTrail';

/** Id of the trails. */
export const TRAIL = 'a5c19a83-8ed6-4f4c-a7d5-bd9b6f0f0f7b';
/** Whose key is trusted. */
export const signer = createSigner(Buffer.alloc(32, 1).toString('base64'))!;
/** Whose is not. */
export const stranger = createSigner(Buffer.alloc(32, 2).toString('base64'))!;
export const keys = readPublicKeys(signer.publicKey);

/** Verifies the lines of an export. */
export function verify(
  lines: string[],
  published: SignedStatement[],
  trusted: typeof keys | undefined = keys,
  keptForDays?: number,
) {
  const verifier = TrailVerifier.create({
    published,
    keys: trusted,
    keptForDays,
  });
  lines.forEach(line => verifier.add(line));
  return verifier.finish();
}

/** What is wrong, each kind once. */
export const kinds = (report: { problems: { kind: string }[] }) => [
  ...new Set(report.problems.map(({ kind }) => kind)),
];

/** Records, and the numbers of the entries after which a head was published. */
export const trails = fc
  .array(fc.jsonValue({ maxDepth: 1 }), { minLength: 4, maxLength: 25 })
  .chain(values =>
    fc.record({
      records: fc.constant(
        values.map((value, index) => JSON.stringify({ index, value })),
      ),
      heads: fc.uniqueArray(fc.integer({ min: 1, max: values.length }), {
        minLength: 1,
      }),
    }),
  )
  .map(({ records, heads }) => {
    const entries = chain(TRAIL, records);
    return {
      entries,
      records,
      published: publish(TRAIL, entries, heads, signer),
      newest: Math.max(...heads),
    };
  });

/** A trail and the number of one of its entries that a published head covers. */
export const covered = trails.chain(trail =>
  fc.record({
    trail: fc.constant(trail),
    seq: fc.integer({ min: 1, max: trail.newest }),
  }),
);
