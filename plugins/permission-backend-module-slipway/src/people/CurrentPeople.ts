import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import {
  type Entity,
  RELATION_MEMBER_OF,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { ServiceUnavailableError, toError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Identity } from '@slipway/plugin-access-common';

/** How long an answer of the catalog is good, in milliseconds. Documented in docs/security.md. */
export const REMEMBERED_MS = 10_000;
/** How long the catalog may take, in milliseconds. */
const PATIENCE_MS = 5_000;
/** So many people are remembered at most. */
const MAX_PEOPLE = 10_000;

interface CurrentPeopleDeps {
  auth: AuthService;
  catalog: CatalogService;
  logger: LoggerService;
  /** Milliseconds that pass at an even pace; tests move it on. */
  now?: () => number;
  patienceMs?: number;
}

interface Answer {
  identity: Promise<Identity | undefined>;
  goodUntil: number;
}

/**
 * Who people are by what the catalog says now, which a token of an hour ago does not know: that somebody has left, or is in another team.
 *
 * @remarks
 *
 * Each process remembers an answer for {@link REMEMBERED_MS}, counted from when the catalog was asked, so that a page with many questions asks it
 * once. That it did not answer is not remembered.
 *
 * @internal
 */
export class CurrentPeople {
  readonly #deps: CurrentPeopleDeps;
  readonly #now: () => number;
  readonly #patienceMs: number;
  /** The oldest first. */
  readonly #answers = new Map<string, Answer>();

  static create(deps: CurrentPeopleDeps): CurrentPeople {
    return new CurrentPeople(deps);
  }

  private constructor(deps: CurrentPeopleDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? (() => performance.now());
    this.#patienceMs = deps.patienceMs ?? PATIENCE_MS;
  }

  /**
   * A person and their groups; undefined for who is not in the catalog.
   *
   * @throws ServiceUnavailableError when the catalog does not answer in time, or with an error
   */
  async identityOf(userRef: string): Promise<Identity | undefined> {
    const known = this.#answers.get(userRef);
    if (known && known.goodUntil > this.#now()) {
      return known.identity;
    }
    const answer = {
      identity: this.#ask(userRef),
      goodUntil: this.#now() + REMEMBERED_MS,
    };
    this.#remember(userRef, answer);
    try {
      return await answer.identity;
    } catch (error) {
      if (this.#answers.get(userRef) === answer) this.#answers.delete(userRef);
      throw error;
    }
  }

  #remember(userRef: string, answer: Answer): void {
    this.#answers.delete(userRef);
    this.#answers.set(userRef, answer);
    for (const [ref, { goodUntil }] of this.#answers) {
      if (goodUntil > this.#now() && this.#answers.size <= MAX_PEOPLE) return;
      this.#answers.delete(ref);
    }
  }

  async #ask(userRef: string): Promise<Identity | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no answer in ${this.#patienceMs} ms`)),
        this.#patienceMs,
      );
    });
    try {
      const entity = await Promise.race([this.#read(userRef), late]);
      return entity && toIdentity(entity);
    } catch (error) {
      // It may name hosts, which are nothing for the answer.
      this.#deps.logger.warn(
        `The catalog does not say who ${userRef} is, so that they may not change anything`,
        toError(error),
      );
      throw new ServiceUnavailableError(
        'The catalog does not say at the moment whether you are still in it and in which groups. Nothing was changed; try again in a minute.',
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #read(userRef: string): Promise<Entity | undefined> {
    const { auth, catalog } = this.#deps;
    return catalog.getEntityByRef(userRef, {
      credentials: await auth.getOwnServiceCredentials(),
    });
  }
}

function toIdentity(entity: Entity): Identity {
  const ref = stringifyEntityRef(entity);
  const groups = (entity.relations ?? [])
    .filter(({ type }) => type === RELATION_MEMBER_OF)
    .map(({ targetRef }) => targetRef);
  return { userEntityRef: ref, ownershipEntityRefs: [ref, ...groups] };
}
