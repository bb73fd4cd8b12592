import { isSignedBy, type Signer, type TrustedKeys } from './signing.ts';

/**
 * Says what the trail was at a time: everything up to an entry. Published outside the database, so that whoever can change
 * the database cannot take it back.
 * @public
 */
export interface HeadStatement {
  v: 1;
  kind: 'head';
  /** Id of the trail. */
  trail: string;
  /** Number and hash of the newest entry. */
  seq: number;
  hash: string;
  /** When it was said, by the clock of the database; ISO 8601 in UTC with microseconds. */
  at: string;
}

/**
 * Closes a segment: entries that are dropped together, or not at all.
 * @public
 */
export interface SegmentStatement {
  v: 1;
  kind: 'segment';
  trail: string;
  /** Numbers of the segment's first and last entry. */
  firstSeq: number;
  /** Hash of the last entry. */
  seq: number;
  hash: string;
  at: string;
}

/**
 * Says that entries are about to be dropped, from the oldest on. Published before they are: what is missing at the beginning
 * of a trail without such a statement was taken away by somebody else.
 * @public
 */
export interface DropStatement {
  v: 1;
  kind: 'drop';
  trail: string;
  /** Numbers of the first and the last entry that are dropped. */
  firstSeq: number;
  seq: number;
  /** Hash of the last entry. */
  hash: string;
  /** When the last entry was stored. */
  until: string;
  at: string;
}

/** @public */
export type Statement = HeadStatement | SegmentStatement | DropStatement;

/**
 * A statement and who stands for it.
 * @public
 */
export type SignedStatement = Statement & {
  /** Id of the key; missing when it is not signed. */
  key?: string;
  /** Ed25519 over the statement's JSON text, the key's id included; in base64. */
  signature?: string;
};

/** Signs, where there is a key to sign with. */
export function signStatement(
  statement: Statement,
  signer: Signer | undefined,
): SignedStatement {
  if (!signer) {
    return statement;
  }
  const keyed = { ...statement, key: signer.keyId };
  return { ...keyed, signature: signer.sign(signedText(keyed)) };
}

/**
 * Whether one of the keys stands for a statement.
 * @public
 */
export function isGenuine(
  statement: SignedStatement,
  keys: TrustedKeys,
): boolean {
  return isSignedBy(keys, signedText(statement), statement);
}

/**
 * Finds a statement in a line: one of its own, or one of the portal's log.
 *
 * @returns nothing when there is none
 */
export function parseStatement(line: string): SignedStatement | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const logged = (value as { auditStatement?: unknown } | null)?.auditStatement;
  const found = (logged ?? value) as SignedStatement | null;
  const isOne =
    found?.v === 1 &&
    (found.kind === 'head' ||
      found.kind === 'segment' ||
      (found.kind === 'drop' && typeof found.until === 'string')) &&
    typeof found.trail === 'string' &&
    Number.isSafeInteger(found.seq) &&
    typeof found.hash === 'string' &&
    typeof found.at === 'string';
  return isOne ? found : undefined;
}

/** What is signed: these fields in this order, whatever order they have come in. */
function signedText(statement: Statement & { key?: string }): string {
  const { v, kind, trail, seq, hash, at, key } = statement;
  const firstSeq = kind === 'head' ? undefined : statement.firstSeq;
  const until = kind === 'drop' ? statement.until : undefined;
  return JSON.stringify({
    v,
    kind,
    trail,
    firstSeq,
    seq,
    hash,
    until,
    at,
    key,
  });
}
