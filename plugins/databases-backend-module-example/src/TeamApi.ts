import {
  AmbiguousError,
  ReadContext,
  RetryableError,
  TerminalError,
} from '@slipway/plugin-databases-node';
import type { ExampleProviderConfig } from './config';
import type { DatabaseRecord, StoredRecord } from './records';

const ANSWER_WITHIN_MS = 8_000;

/** Refusals that say something, by what was asked. */
const EXPECTED = {
  GET: [404],
  PUT: [412],
  POST: [401, 403, 404],
};

interface Answer {
  status: number;
  ok: boolean;
  body: string;
}

/**
 * The other team's API. It says of each call what became of it, in the errors of the contract; that is
 * most of what a client has to do for a provider.
 * @internal
 */
export class TeamApi {
  readonly #config: ExampleProviderConfig;
  readonly #timeoutMs: number;

  constructor(config: ExampleProviderConfig, timeoutMs = ANSWER_WITHIN_MS) {
    this.#config = config;
    this.#timeoutMs = timeoutMs;
  }

  async list(context?: ReadContext): Promise<StoredRecord[]> {
    return this.#parse(await this.#ask('GET', '/databases', context));
  }

  async read(
    name: string,
    context?: ReadContext,
  ): Promise<StoredRecord | undefined> {
    const answer = await this.#ask('GET', pathOf(name), context);
    return answer.status === 404 ? undefined : this.#parse(answer);
  }

  /**
   * Writes, unless somebody else has written since.
   *
   * @param etag - of what was read; of nothing when left out
   * @returns whether it was written
   */
  async write(
    name: string,
    record: DatabaseRecord,
    etag: string | undefined,
    context?: ReadContext,
  ): Promise<boolean> {
    const answer = await this.#ask('PUT', pathOf(name), context, {
      body: JSON.stringify(record),
      headers: etag ? { 'if-match': etag } : { 'if-none-match': '*' },
    });
    return answer.status !== 412;
  }

  /** Uses a database as a tenant does: with the login's own password and not with our token. */
  async use(
    name: string,
    login: { username: string; password: string },
    request: { op: 'get' | 'set' | 'delete'; key: string; value?: string },
    context?: ReadContext,
  ): Promise<{ status: number; value?: string }> {
    const { username, password } = login;
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    const answer = await this.#ask('POST', `${pathOf(name)}/query`, context, {
      body: JSON.stringify(request),
      headers: { authorization: `Basic ${basic}` },
    });
    const { status, ok } = answer;
    return { status, ...(ok && this.#parse<{ value?: string }>(answer)) };
  }

  #parse<T>({ body }: Answer): T {
    try {
      return JSON.parse(body);
    } catch {
      // A proxy in between, as a rule.
      throw new RetryableError(
        `${this.#config.title} does not answer as it should`,
      );
    }
  }

  async #ask(
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    context: ReadContext = {},
    options: { body?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { title, url, token } = this.#config;
    const signals = [AbortSignal.timeout(this.#timeoutMs), context.signal];
    let answer: Response;
    let body: string;
    try {
      answer = await fetch(`${url}${path}`, {
        method,
        body: options.body,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...options.headers,
        },
        signal: AbortSignal.any(signals.filter(signal => !!signal)),
      });
      // Within the time, too: an answer can break off in the middle.
      body = await answer.text();
    } catch (cause) {
      if (wasNeverSent(cause)) {
        throw new RetryableError(`${title} cannot be reached`, {
          nothingSent: true,
        });
      }
      if (method === 'PUT') {
        // It may have been written: whoever asked has to look.
        throw new AmbiguousError(`${title} did not answer`);
      }
      throw new RetryableError(`${title} did not answer`);
    }
    if (method === 'PUT' && answer.status >= 500 && answer.status !== 503) {
      throw new AmbiguousError(
        `${title} failed (${answer.status}) and does not say what it did`,
      );
    }
    if (answer.status === 429 || answer.status >= 500) {
      const seconds = Number(answer.headers.get('retry-after'));
      throw new RetryableError(`${title} is busy (${answer.status})`, {
        retryAfterMs: seconds > 0 ? seconds * 1_000 : undefined,
      });
    }
    if (method !== 'POST' && [401, 403].includes(answer.status)) {
      throw new RetryableError(
        `${title} refuses the portal. The token in the configuration must be valid.`,
      );
    }
    if (!answer.ok && !EXPECTED[method].includes(answer.status)) {
      // What it says may repeat what was sent.
      throw new TerminalError(
        `${title} does not understand the portal (${answer.status})`,
      );
    }
    return { status: answer.status, ok: answer.ok, body };
  }
}

function pathOf(name: string): string {
  return `/databases/${encodeURIComponent(name)}`;
}

/** Whether there was not even a connection. */
function wasNeverSent(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(cause?.code ?? '');
}
