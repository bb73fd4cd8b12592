import {
  isGenuine,
  readPublicKeys,
  type SignedStatement,
  type Signer,
} from '@slipway/plugin-audit-node';

/** Tells the portal's own heads from those that another has signed, or nobody. Without a key all are taken for its own. */
export function createOwnHeads(
  signer: Signer | undefined,
): (head: SignedStatement) => boolean {
  const keys = signer && readPublicKeys(signer.publicKey);
  return head => !keys || isGenuine(head, keys);
}
