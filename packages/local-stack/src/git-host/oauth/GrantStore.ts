import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Scope, SCOPES } from '../access/scopes.ts';
import { generateToken, hashSecret } from '../access/secrets.ts';
import { JsonFile } from '../storage/JsonFile.ts';

/** How long an access token lasts, in seconds. */
export const ACCESS_TOKEN_SECONDS = 3600;
const REFRESH_TOKEN_SECONDS = 30 * 24 * 3600;
/** Replicas and tabs may refresh at the same time: the token before stays good for a moment. */
const REUSE_SECONDS = 60;

const secretSchema = z.object({
  hash: z.string(),
  expiresAt: z.number(),
  usedAt: z.number().optional(),
});
const grantSchema = z.object({
  id: z.string(),
  client: z.string(),
  person: z.string(),
  scopes: z.array(z.enum(SCOPES as [Scope, ...Scope[]])),
  openid: z.boolean(),
  createdAt: z.number(),
  access: z.array(secretSchema),
  refresh: z.array(secretSchema),
});
const fileSchema = z.object({ grants: z.array(grantSchema) });

/** A client's leave to act for a person. */
export type Grant = z.infer<typeof grantSchema>;

/** A pair of new tokens; the only time they are seen. */
export interface IssuedTokens {
  grant: Grant;
  accessToken: string;
  refreshToken: string;
}

/** What OAuth clients were given; of their tokens only hashes are kept. */
export class GrantStore {
  readonly #file: JsonFile<z.infer<typeof fileSchema>>;
  readonly #now: () => number;

  private constructor(
    file: JsonFile<z.infer<typeof fileSchema>>,
    now: () => number,
  ) {
    this.#file = file;
    this.#now = now;
  }

  /** @param now - milliseconds since 1970 */
  static async open(
    path: string,
    now: () => number = Date.now,
  ): Promise<GrantStore> {
    const file = await JsonFile.open(path, {
      empty: { grants: [] },
      parse: content => fileSchema.parse(content),
    });
    return new GrantStore(file, now);
  }

  async create(
    options: Pick<Grant, 'client' | 'person' | 'scopes' | 'openid'>,
  ): Promise<IssuedTokens> {
    const issued = this.#issue({
      ...options,
      id: randomUUID(),
      createdAt: this.#now(),
      access: [],
      refresh: [],
    });
    await this.#file.update(({ grants }) => ({
      grants: [...this.#alive(grants), issued.grant],
    }));
    return issued;
  }

  /**
   * Gives new tokens for a refresh token. One that was used before, other than a moment ago, was stolen by
   * somebody: then the whole grant ends.
   */
  async refresh(
    client: string,
    refreshToken: string,
  ): Promise<IssuedTokens | undefined> {
    const hash = hashSecret(refreshToken);
    let issued: IssuedTokens | undefined;
    await this.#file.update(({ grants }) => {
      const alive = this.#alive(grants);
      const grant = alive.find(
        g => g.client === client && g.refresh.some(r => r.hash === hash),
      );
      if (!grant) return { grants: alive };
      const others = alive.filter(g => g !== grant);
      const used = grant.refresh.find(r => r.hash === hash)?.usedAt;
      if (used !== undefined && this.#now() - used > REUSE_SECONDS * 1000) {
        return { grants: others };
      }
      issued = this.#issue({
        ...grant,
        refresh: grant.refresh.map(r =>
          r.hash === hash ? { ...r, usedAt: r.usedAt ?? this.#now() } : r,
        ),
      });
      return { grants: [...others, issued.grant] };
    });
    return issued;
  }

  findByAccessToken(token: string): Grant | undefined {
    const hash = hashSecret(token);
    const now = this.#now();
    return this.#file.value.grants.find(g =>
      g.access.some(a => a.hash === hash && a.expiresAt > now),
    );
  }

  list(person: string): Grant[] {
    return this.#alive(this.#file.value.grants).filter(
      g => g.person === person,
    );
  }

  /** Ends a grant; its tokens are worthless at once. */
  async revoke(id: string, person?: string): Promise<void> {
    await this.#file.update(({ grants }) => ({
      grants: grants.filter(
        g => g.id !== id || (person !== undefined && g.person !== person),
      ),
    }));
  }

  #issue(grant: Grant): IssuedTokens {
    const accessToken = `gto_${generateToken()}`;
    const refreshToken = `gtr_${generateToken()}`;
    const now = this.#now();
    const kept = grant.access.filter(a => a.expiresAt > now).slice(-19);
    return {
      accessToken,
      refreshToken,
      grant: {
        ...grant,
        access: [
          ...kept,
          {
            hash: hashSecret(accessToken),
            expiresAt: now + ACCESS_TOKEN_SECONDS * 1000,
          },
        ],
        refresh: [
          ...grant.refresh.filter(r => r.expiresAt > now).slice(-99),
          {
            hash: hashSecret(refreshToken),
            expiresAt: now + REFRESH_TOKEN_SECONDS * 1000,
          },
        ],
      },
    };
  }

  #alive(grants: readonly Grant[]): Grant[] {
    const now = this.#now();
    return grants.filter(g => g.refresh.some(r => r.expiresAt > now));
  }
}
