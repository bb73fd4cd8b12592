import {
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto';
import type { Client } from 'pg';
import { people } from './configuration.ts';

/** Makes tokens of people as the auth plugin does, also such as it would not. */
export class UserTokens {
  readonly #issuer: string;
  readonly #key: KeyObject;
  readonly #kid = randomUUID();
  readonly #publicKey: KeyObject;

  constructor(portalUrl: string) {
    this.#issuer = `${portalUrl}/api/auth`;
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = pair.privateKey;
    this.#publicKey = pair.publicKey;
  }

  /** Makes the portal believe what is signed here: it is a key of its auth plugin's from now on. */
  async introduce(auth: Client): Promise<void> {
    const jwk = this.#publicKey.export({ format: 'jwk' });
    await auth.query(
      "INSERT INTO signing_keys (kid, created_at, key) VALUES ($1, now() AT TIME ZONE 'UTC', $2)",
      [
        this.#kid,
        JSON.stringify({ ...jwk, kid: this.#kid, alg: 'ES256', use: 'sig' }),
      ],
    );
  }

  /**
   * A token, and what of it goes into a cookie.
   *
   * @param ageSeconds - how long ago it was issued; it is good for an hour
   */
  issue(
    who: keyof typeof people,
    ageSeconds = 0,
  ): { token: string; cookie: string } {
    const person = refOf(who);
    const ent = ownershipOf(who);
    const iat = Math.floor(Date.now() / 1000) - ageSeconds;
    const claims = { sub: person, iat, exp: iat + 3600 };
    const limited = this.#sign('vnd.backstage.limited-user', claims);
    const token = this.#sign('vnd.backstage.user', {
      iss: this.#issuer,
      aud: 'backstage',
      ...claims,
      ent,
      uip: limited.split('.')[2],
    });
    return { token, cookie: limited };
  }

  #sign(typ: string, claims: object): string {
    const part = (value: object) =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ typ, alg: 'ES256', kid: this.#kid })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(text), {
      key: this.#key,
      dsaEncoding: 'ieee-p1363',
    });
    return `${text}.${signature.toString('base64url')}`;
  }
}

/** Writes down what a sign-in does: who somebody is to the portal, and which groups that is. */
export async function rememberPerson(
  auth: Client,
  who: keyof typeof people,
): Promise<void> {
  const person = refOf(who);
  await auth.query(
    `INSERT INTO user_info (user_entity_ref, user_info, updated_at) VALUES ($1, $2, now())`,
    [
      person,
      JSON.stringify({ claims: { sub: person, ent: ownershipOf(who) } }),
    ],
  );
}

function refOf(who: keyof typeof people): string {
  return `user:default/${people[who].name}`;
}

/** What a sign-in takes down: the person, and the groups of that moment. */
function ownershipOf(who: keyof typeof people): string[] {
  return [
    refOf(who),
    ...people[who].groups.map(group => `group:default/${group}`),
  ];
}
