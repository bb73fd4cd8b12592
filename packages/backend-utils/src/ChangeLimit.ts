import type {
  BackstageCredentials,
  BackstageServicePrincipal,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import { MemoryStore, rateLimit, type Options } from 'express-rate-limit';
import type { Request, RequestHandler } from 'express';
import type { UserCredentials } from './UserCredentials';

type ServiceCredentials = BackstageCredentials<BackstageServicePrincipal>;

/** Changes that one person may ask one replica for in a minute, by whichever door. */
const CHANGES_PER_MINUTE = 60;
const WINDOW_MS = 60_000;

/**
 * A person asked for too much in too short a time. Answered with 429.
 *
 * @remarks
 * By its name it is a refusal, because MCP passes on the sentences of errors that it knows by name only. All others become
 * internal errors without a sentence, which agents try again at once.
 * @public
 */
export class TooManyRequestsError extends NotAllowedError {
  readonly statusCode = 429;
}

/**
 * Counts what a person changes, over HTTP and by actions together.
 * @public
 */
export class ChangeLimit {
  readonly #store = new MemoryStore();
  readonly #perMinute: number;
  readonly #message: string;

  /**
   * @param options - `perMinute`: how many at most, 60 when left out; `what`: what is counted, for the refusal
   */
  static create(
    options: { perMinute?: number; what?: string } = {},
  ): ChangeLimit {
    return new ChangeLimit(
      options.perMinute ?? CHANGES_PER_MINUTE,
      options.what ?? 'changes',
    );
  }

  private constructor(perMinute: number, what: string) {
    // For those who only count: routes do the same again.
    this.#store.init({ windowMs: WINDOW_MS } as Options);
    this.#perMinute = perMinute;
    this.#message = `More than ${perMinute} ${what} in a minute. Wait a little.`;
  }

  /**
   * For routes. Above the limit they answer 429, with `Retry-After` in seconds.
   *
   * @param caller - who calls; people are counted by who they are, whatever token they show, and services by their name
   */
  middleware(
    caller: (req: Request) => Promise<UserCredentials | ServiceCredentials>,
  ): RequestHandler {
    return rateLimit({
      windowMs: WINDOW_MS,
      limit: this.#perMinute,
      store: this.#store,
      standardHeaders: true,
      legacyHeaders: false,
      keyGenerator: async req => {
        const { principal } = await caller(req);
        return principal.type === 'user'
          ? principal.userEntityRef
          : principal.subject;
      },
      message: {
        error: { name: 'TooManyRequestsError', message: this.#message },
      },
    });
  }

  /**
   * For routes that know only on the way whether they count, or as how many. What they answer is the same as the middleware's.
   *
   * @param request - the one that is answered with 429 and `Retry-After` in seconds
   * @param times - as how many it counts: more for what takes long
   */
  async countRequest(
    request: Request,
    userEntityRef: string,
    times?: number,
  ): Promise<void> {
    try {
      await this.countInvocation(request, userEntityRef, times);
    } catch (error) {
      // Here nobody has to know the error by its name, and it is no refusal.
      throw Object.assign(error as Error, { name: 'TooManyRequestsError' });
    }
  }

  /**
   * For the route by which actions are invoked: with `Retry-After` as {@link ChangeLimit.countRequest}, and under the name that MCP
   * knows.
   */
  async countInvocation(
    request: Request,
    userEntityRef: string,
    times?: number,
  ): Promise<void> {
    try {
      await this.count(userEntityRef, times);
    } catch (error) {
      request.res?.setHeader('Retry-After', String(WINDOW_MS / 1000));
      throw error;
    }
  }

  /**
   * For actions.
   *
   * @param times - as how many it counts: more for what takes long
   * @throws TooManyRequestsError
   */
  async count(userEntityRef: string, times: number = 1): Promise<void> {
    for (let i = 0; i < times; i++) {
      const { totalHits } = await this.#store.increment(userEntityRef);
      if (totalHits > this.#perMinute) {
        throw new TooManyRequestsError(this.#message);
      }
    }
  }
}
