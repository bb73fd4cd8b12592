import {
  isGenuine,
  readPublicKeys,
  type SignedStatement,
  type Signer,
} from '@slipway/plugin-audit-node';

/** Tells the portal's own statements from those that another has signed, or nobody. Without a key all are taken for its own. */
export function createOwnHeads(
  signer: Signer | undefined,
): (statement: SignedStatement) => boolean {
  const keys = signer && readPublicKeys(signer.publicKey);
  return statement => !keys || isGenuine(statement, keys);
}
