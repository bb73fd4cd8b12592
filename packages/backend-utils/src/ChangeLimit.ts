import { rateLimit, MemoryStore } from 'express-rate-limit';
import type { Request, RequestHandler } from 'express';
import type { UserCredentials } from './UserCredentials';

/** Changes that one person may ask one replica for in a minute, by whichever door. */
const CHANGES_PER_MINUTE = 60;
const WINDOW_MS = 60_000;
const MESSAGE = `More than ${CHANGES_PER_MINUTE} changes in a minute. Wait a little.`;

/**
 * A person asked for too much in too short a time.
 * @public
 */
export class TooManyRequestsError extends Error {
  readonly name = 'TooManyRequestsError';
  readonly statusCode = 429;
}

/**
 * Counts what a person changes, over HTTP and by actions together.
 * @public
 */
export class ChangeLimit {
  readonly #store = new MemoryStore();

  static create(): ChangeLimit {
    return new ChangeLimit();
  }

  /** For routes. */
  middleware(user: (req: Request) => Promise<UserCredentials>): RequestHandler {
    return rateLimit({
      windowMs: WINDOW_MS,
      limit: CHANGES_PER_MINUTE,
      store: this.#store,
      standardHeaders: true,
      legacyHeaders: false,
      keyGenerator: async req => (await user(req)).principal.userEntityRef,
      message: { error: { name: 'TooManyRequestsError', message: MESSAGE } },
    });
  }

  /**
   * For actions.
   * @throws TooManyRequestsError
   */
  async count(userEntityRef: string): Promise<void> {
    const { totalHits } = await this.#store.increment(userEntityRef);
    if (totalHits > CHANGES_PER_MINUTE) {
      throw new TooManyRequestsError(MESSAGE);
    }
  }
}
