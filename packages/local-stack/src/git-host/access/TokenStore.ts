import { randomInt } from 'node:crypto';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { z } from 'zod';
import { JsonFile } from '../storage/JsonFile.ts';
import { parseScopes, type Scope, SCOPES } from './scopes.ts';
import { generateToken, hashSecret } from './secrets.ts';

const tokenSchema = z.object({
  id: z.number().int(),
  person: z.string(),
  name: z.string(),
  hash: z.string(),
  lastEight: z.string(),
  scopes: z.array(z.enum(SCOPES as [Scope, ...Scope[]])),
  createdAt: z.iso.datetime(),
});

const fileSchema = z.object({ tokens: z.array(tokenSchema) });

/** A personal token, without its secret. */
export type PersonalToken = z.infer<typeof tokenSchema>;

const MAX_TOKENS_PER_PERSON = 100;

/** People's tokens; of their secrets only hashes are kept. */
export class TokenStore {
  readonly #file: JsonFile<z.infer<typeof fileSchema>>;

  private constructor(file: JsonFile<z.infer<typeof fileSchema>>) {
    this.#file = file;
  }

  static async open(path: string): Promise<TokenStore> {
    return new TokenStore(
      await JsonFile.open(path, {
        empty: { tokens: [] },
        parse: content => fileSchema.parse(content),
      }),
    );
  }

  list(person: string): PersonalToken[] {
    return this.#file.value.tokens.filter(t => t.person === person);
  }

  findBySecret(secret: string): PersonalToken | undefined {
    const hash = hashSecret(secret);
    return this.#file.value.tokens.find(t => t.hash === hash);
  }

  /**
   * Makes a token. The secret is in the answer and nowhere else.
   *
   * @throws ConflictError when the person has one of that name
   */
  async create(
    person: string,
    name: string,
    scopes: readonly string[],
  ): Promise<PersonalToken & { secret: string }> {
    const trimmed = name.trim();
    if (trimmed.length === 0 || trimmed.length > 100) {
      throw new InputError('The token name must have 1 to 100 characters');
    }
    const secret = generateToken();
    const token: PersonalToken = {
      id: randomInt(1, 2 ** 47),
      person,
      name: trimmed,
      hash: hashSecret(secret),
      lastEight: secret.slice(-8),
      scopes: parseScopes(scopes),
      createdAt: new Date().toISOString(),
    };
    await this.#file.update(({ tokens }) => {
      const own = tokens.filter(t => t.person === person);
      if (own.some(t => t.name === trimmed)) {
        throw new ConflictError(
          `You already have a token named '${trimmed}': choose another name or delete it first`,
        );
      }
      if (own.length >= MAX_TOKENS_PER_PERSON) {
        throw new InputError(
          `You have ${own.length} tokens, which is the limit: delete one first`,
        );
      }
      return { tokens: [...tokens, token] };
    });
    return { ...token, secret };
  }

  /**
   * @param idOrName - as Gitea: a number means the id, anything else the name
   * @throws NotFoundError when the person has no such token
   */
  async delete(person: string, idOrName: string): Promise<void> {
    await this.#file.update(({ tokens }) => {
      const rest = tokens.filter(
        t =>
          t.person !== person ||
          (String(t.id) !== idOrName && t.name !== idOrName),
      );
      if (rest.length === tokens.length) {
        throw new NotFoundError(`You have no token '${idOrName}'`);
      }
      return { tokens: rest };
    });
  }
}
