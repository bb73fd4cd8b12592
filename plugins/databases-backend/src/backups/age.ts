import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { bech32 } from 'bech32';

/** What a header of ours never comes near. */
export const MAX_HEADER_BYTES = 2_048;

const VERSION = 'age-encryption.org/v1';
const IDENTITY_PREFIX = 'age-secret-key-';
const RECIPIENT_PREFIX = 'age';
const KEY_BYTES = 16;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
/** Of an X25519 key in DER, before the 32 bytes of the key itself. */
const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex');

const HEADER = new RegExp(
  [
    `^(${VERSION}`,
    '-> X25519 (?<share>[A-Za-z0-9+/]{43})',
    '(?<wrapped>[A-Za-z0-9+/]{43})',
    '-> slipway-bound (?<bound>[A-Za-z0-9+/]{1,300})',
    '',
    // For those who recover what the portal has lost.
    '(?:-> X25519 [A-Za-z0-9+/]{43}\n[A-Za-z0-9+/]{43}\n)*---) (?<mac>[A-Za-z0-9+/]{43})\n$',
  ].join('\n'),
);

/**
 * A new X25519 identity, as `age-keygen` writes it: `AGE-SECRET-KEY-1…`.
 * @internal
 */
export function newIdentity(): string {
  const { privateKey } = generateKeyPairSync('x25519');
  const scalar = privateKey
    .export({ format: 'der', type: 'pkcs8' })
    .subarray(PRIVATE_DER.length);
  return bech32.encode(IDENTITY_PREFIX, bech32.toWords(scalar)).toUpperCase();
}

/**
 * Whether a text is a recipient, as `age-keygen` writes it: `age1…`.
 * @internal
 */
export function isRecipient(text: string): boolean {
  try {
    return toRecipient(text) !== undefined;
  } catch {
    // It is not even one of another kind.
    return false;
  }
}

/**
 * Begins a file: its header, and the key of what follows.
 *
 * @param recipients - who else can open it
 * @internal
 */
export function writeHeader(
  identity: string,
  bound: string,
  recipients: string[] = [],
): { header: Buffer; payloadKey: Buffer } {
  const fileKey = randomBytes(KEY_BYTES);
  const signed = [
    VERSION,
    ...sealFor(createPublicKey(toPrivateKey(identity)), fileKey),
    `-> slipway-bound ${toText(Buffer.from(bound))}`,
    '',
    ...recipients.flatMap(each => sealFor(toRecipient(each), fileKey)),
    '---',
  ].join('\n');
  const nonce = randomBytes(KEY_BYTES);
  const mac = toText(toMac(fileKey, signed));
  return {
    header: Buffer.concat([Buffer.from(`${signed} ${mac}\n`), nonce]),
    payloadKey: toPayloadKey(fileKey, nonce),
  };
}

/**
 * Reads the header of a file, once all of it is there.
 *
 * @returns the key of what follows, and where that begins; `undefined` when more is needed
 * @throws Error when no more can help: it is another kind of file, another one, or altered
 * @internal
 */
export function readHeader(
  start: Buffer,
  identity: string,
  bound: string,
): { payloadKey: Buffer; end: number } | undefined {
  const last = start.indexOf('\n---');
  const line = last < 0 ? last : start.indexOf('\n', last + 1);
  const end = line + 1 + KEY_BYTES;
  if (line < 0 || start.length < end) {
    if (start.length > MAX_HEADER_BYTES) throw new Error('No header');
    return undefined;
  }
  const header = start.toString('latin1', 0, line + 1);
  const found = HEADER.exec(header);
  if (!found?.groups) throw new Error('Not a header of ours');
  const { share, wrapped, mac } = found.groups;
  const privateKey = toPrivateKey(identity);
  const wrapKey = toWrapKey(
    // Refuses a share with which every key would agree on the same.
    diffieHellman({ privateKey, publicKey: toPublicKey(toBuffer(share)) }),
    toBuffer(share),
    toBytes(createPublicKey(privateKey)),
  );
  const fileKey = openChunk(
    wrapKey,
    Buffer.alloc(NONCE_BYTES),
    toBuffer(wrapped),
  );
  // As texts: several of them stand for the same bytes.
  const wanted = Buffer.from(toText(toMac(fileKey, found[1])));
  if (
    !timingSafeEqual(wanted, Buffer.from(mac)) ||
    found.groups.bound !== toText(Buffer.from(bound))
  ) {
    throw new Error('Not the header that was written');
  }
  return {
    payloadKey: toPayloadKey(fileKey, start.subarray(line + 1, end)),
    end,
  };
}

/**
 * The nonce of a chunk: its number, and whether it is the last.
 * @internal
 */
export function toNonce(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(number, NONCE_BYTES - 1 - 6, 6);
  nonce[NONCE_BYTES - 1] = isLast ? 1 : 0;
  return nonce;
}

/** @internal */
export function sealChunk(key: Buffer, nonce: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, {
    authTagLength: TAG_BYTES,
  });
  const sealed = cipher.update(plain);
  cipher.final();
  return Buffer.concat([sealed, cipher.getAuthTag()]);
}

/**
 * @throws Error when the key, the nonce or any bit differs
 * @internal
 */
export function openChunk(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new Error('Too short for a chunk');
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
  decipher.final();
  return plain;
}

/** The lines by which somebody gets the key of a file. */
function sealFor(recipient: KeyObject, fileKey: Buffer): string[] {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const share = toBytes(publicKey);
  const wrapKey = toWrapKey(
    diffieHellman({ privateKey, publicKey: recipient }),
    share,
    toBytes(recipient),
  );
  const sealed = sealChunk(wrapKey, Buffer.alloc(NONCE_BYTES), fileKey);
  return [`-> X25519 ${toText(share)}`, toText(sealed)];
}

function toRecipient(text: string): KeyObject {
  const { prefix, words } = bech32.decode(text);
  const bytes = Buffer.from(bech32.fromWords(words));
  if (prefix !== RECIPIENT_PREFIX || bytes.length !== 32) {
    throw new Error('Not a recipient');
  }
  return toPublicKey(bytes);
}

function toPrivateKey(identity: string): KeyObject {
  const { prefix, words } = bech32.decode(identity);
  const scalar = Buffer.from(bech32.fromWords(words));
  if (prefix !== IDENTITY_PREFIX || scalar.length !== 32) {
    throw new Error('Not an identity');
  }
  return createPrivateKey({
    key: Buffer.concat([PRIVATE_DER, scalar]),
    format: 'der',
    type: 'pkcs8',
  });
}

function toPublicKey(bytes: Buffer): KeyObject {
  const jwk = { kty: 'OKP', crv: 'X25519', x: bytes.toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}

function toBytes(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
}

function toWrapKey(shared: Buffer, share: Buffer, recipient: Buffer): Buffer {
  const salt = Buffer.concat([share, recipient]);
  return derive(shared, salt, `${VERSION}/X25519`);
}

function toPayloadKey(fileKey: Buffer, nonce: Buffer): Buffer {
  return derive(fileKey, nonce, 'payload');
}

function toMac(fileKey: Buffer, signed: string): Buffer {
  const key = derive(fileKey, Buffer.alloc(0), 'header');
  return createHmac('sha256', key).update(signed).digest();
}

function derive(from: Buffer, salt: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', from, salt, info, 32));
}

function toText(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function toBuffer(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
