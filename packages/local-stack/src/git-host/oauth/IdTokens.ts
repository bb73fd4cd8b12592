import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  exportJWK,
  exportPKCS8,
  calculateJwkThumbprint,
  generateKeyPair,
  importPKCS8,
  type JWK,
  SignJWT,
} from 'jose';
import type { Person } from '../types.ts';
import { writeFileAtomically } from '../storage/JsonFile.ts';

/** Signs who somebody is for an OAuth client, as OpenID Connect asks. */
export class IdTokens {
  readonly #issuer: string;
  readonly #key: CryptoKey;
  /** The public key, for anybody to check signatures with. */
  readonly jwk: JWK;

  private constructor(issuer: string, key: CryptoKey, jwk: JWK) {
    this.#issuer = issuer;
    this.#key = key;
    this.jwk = jwk;
  }

  /** Uses the key in the file, and makes it at first. */
  static async open(path: string, issuer: string): Promise<IdTokens> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    let pem: string;
    try {
      pem = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      const pair = await generateKeyPair('RS256', { extractable: true });
      pem = await exportPKCS8(pair.privateKey);
      await writeFileAtomically(path, pem);
    }
    const key = await importPKCS8(pem, 'RS256', { extractable: true });
    const { kty, n, e } = await exportJWK(key);
    const kid = await calculateJwkThumbprint({ kty, n, e });
    return new IdTokens(issuer, key, {
      kty,
      n,
      e,
      kid,
      alg: 'RS256',
      use: 'sig',
    });
  }

  async sign(options: {
    person: Person;
    client: string;
    nonce?: string;
    seconds: number;
  }): Promise<string> {
    const claims = {
      ...personClaims(options.person),
      ...(options.nonce ? { nonce: options.nonce } : {}),
    };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: this.jwk.kid })
      .setIssuer(this.#issuer)
      .setSubject(options.person.name)
      .setAudience(options.client)
      .setIssuedAt()
      .setExpirationTime(`${options.seconds}s`)
      .sign(this.#key);
  }
}

/** What a client learns about a person beside the subject. */
export function personClaims(person: Person) {
  return {
    name: person.displayName,
    preferred_username: person.name,
    email: person.email,
    email_verified: true,
    groups: person.groups,
  };
}
