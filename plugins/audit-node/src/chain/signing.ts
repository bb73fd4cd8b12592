import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Signs what is published of the trail.
 * @public
 */
export interface Signer {
  /** Names the key in what it signs: the first characters of the public key. */
  readonly keyId: string;
  /** In PEM, for those who verify. */
  readonly publicKey: string;
  /** Ed25519, in base64. */
  sign(text: string): string;
}

/**
 * Makes a signer of 32 random bytes.
 *
 * @param key - in base64
 * @returns nothing when they are not 32 bytes
 * @public
 */
export function createSigner(key: string): Signer | undefined {
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== 32) {
    return undefined;
  }
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, bytes]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: keyIdOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: text => sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

/** The keys that are trusted to have signed, by their ids. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/**
 * Reads public keys.
 *
 * @param pem - one or more of them after each other
 * @throws when one cannot be read or is no Ed25519 key
 * @public
 */
export function readPublicKeys(pem: string): Map<string, KeyObject> {
  const blocks = pem.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g);
  if (!blocks) {
    throw new TypeError('There is no public key in PEM');
  }
  return new Map(
    blocks.map(block => {
      const key = createPublicKey(block);
      if (key.asymmetricKeyType !== 'ed25519') {
        throw new TypeError('The public key is no Ed25519 key');
      }
      return [keyIdOf(key), key];
    }),
  );
}

/** Whether one of the keys has signed a text. */
export function isSignedBy(
  keys: TrustedKeys,
  text: string,
  signed: { key?: string; signature?: string },
): boolean {
  const key = signed.key === undefined ? undefined : keys.get(signed.key);
  return (
    key !== undefined &&
    typeof signed.signature === 'string' &&
    verify(
      null,
      Buffer.from(text),
      key,
      Buffer.from(signed.signature, 'base64'),
    )
  );
}

function keyIdOf(publicKey: KeyObject): string {
  const { x } = publicKey.export({ format: 'jwk' });
  return String(x).slice(0, 12);
}
