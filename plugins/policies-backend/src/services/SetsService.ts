import { ServiceUnavailableError, toError } from '@backstage/errors';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { loadPolicies, type PolicySet } from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import type { PoliciesConfig } from '../config';
import { readInForce, readSet } from '../database/sets';

/** How long Postgres may take to say which set is in force; a request is refused then. */
const PATIENCE_MS = 5_000;

/** What is stored is no set of policies to this version. It is none the next time either. */
class UnreadableSetError extends ServiceUnavailableError {}

interface SetsDeps {
  knex: Knex;
  logger: LoggerService;
  config: Pick<PoliciesConfig, 'administrators'>;
}

/**
 * The set in force, for this process. Postgres says which one it is at each evaluation, so that all replicas judge by
 * the same; it is compiled when it has changed.
 */
export class SetsService {
  readonly #deps: SetsDeps;
  #compiled: { key: string; set: Promise<PolicySet> } | undefined;

  static create(deps: SetsDeps): SetsService {
    return new SetsService(deps);
  }

  private constructor(deps: SetsDeps) {
    this.#deps = deps;
  }

  /** @throws ServiceUnavailableError when no set is in force, or it cannot be known: nothing is allowed then. */
  async current(): Promise<PolicySet> {
    const inForce = await this.#inForce();
    if (!inForce) {
      throw new ServiceUnavailableError(
        `No policies are in force yet, and nothing is allowed without. Ask ${this.#whom()}: policies.locations names where they are read from, and the page of policies says what is wrong.`,
      );
    }
    const { digest, readFrom } = inForce;
    const key = `${digest} ${readFrom}`;
    if (this.#compiled?.key !== key) {
      this.#compiled = { key, set: this.#compile(digest) };
      this.#compiled.set.catch(error => {
        // It may have been the connection. What is wrong with the policies stays so, and takes the thread that answers everybody a
        // while to find.
        if (error instanceof UnreadableSetError) return;
        if (this.#compiled?.key === key) this.#compiled = undefined;
      });
    }
    return this.#compiled.set;
  }

  async #inForce(): Promise<{ digest: string; readFrom: string } | undefined> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        readInForce(this.#deps.knex),
        new Promise<never>((_resolve, reject) => {
          timer = setTimeout(
            () => reject(new Error('Postgres does not answer')),
            PATIENCE_MS,
          );
        }),
      ]);
    } catch (error) {
      this.#deps.logger.warn(
        'Which policies are in force cannot be read',
        toError(error),
      );
      throw new ServiceUnavailableError(
        `Which policies are in force cannot be read now, and nothing is allowed without. Try again in a minute, or ask ${this.#whom()}.`,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #compile(digest: string): Promise<PolicySet> {
    const row = await readSet(this.#deps.knex, digest);
    if (!row) throw new Error(`The set ${digest} is not stored`);
    try {
      return loadPolicies(row.files, {
        params: row.params as never,
        isInForce: true,
      });
    } catch (error) {
      this.#deps.logger.error(
        'The policies in force cannot be read by this version',
        toError(error),
      );
      throw new UnreadableSetError(
        `The policies in force cannot be read by this version of Slipway, and nothing is allowed without. Ask ${this.#whom()}: the log says what is wrong.`,
      );
    }
  }

  #whom(): string {
    return this.#deps.config.administrators.join(', ') || 'the platform team';
  }
}
