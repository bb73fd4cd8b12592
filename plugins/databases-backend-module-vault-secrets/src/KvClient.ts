import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError, TerminalError } from '@slipway/plugin-databases-node';
import { z } from 'zod';
import type { VaultSecretsConfig } from './config';

/** How long the server has for one answer, in milliseconds. */
const ANSWER_WITHIN_MS = 10_000;
/** How long connections that the server has closed take to be noticed, in milliseconds. */
const REST_MS = 50;

const readSchema = z.object({
  data: z.object({
    // Null when the version was deleted or destroyed.
    data: z.record(z.string(), z.unknown()).nullable(),
    metadata: z.object({ version: z.number().int() }),
  }),
});
const listSchema = z.object({ data: z.object({ keys: z.array(z.string()) }) });

/** What lies at a path. */
export interface KvEntry {
  /** Undefined when its newest version was deleted and the path still remembers it. */
  data: Record<string, unknown> | undefined;
  version: number;
}

/**
 * The calls of the KV version 2 engine that the store needs. Paths are below the configured folder.
 * What the server says may repeat what was sent, so nothing of it goes into an error.
 *
 * @public
 */
export class KvClient {
  readonly #config: VaultSecretsConfig;
  readonly #answerWithinMs: number;

  /**
   * @param options - `answerWithinMs`: how long the server has for one answer; ten seconds when left out
   */
  static create(
    config: VaultSecretsConfig,
    options: { answerWithinMs?: number } = {},
  ): KvClient {
    return new KvClient(config, options);
  }

  private constructor(
    config: VaultSecretsConfig,
    options: { answerWithinMs?: number },
  ) {
    this.#config = config;
    this.#answerWithinMs = options.answerWithinMs ?? ANSWER_WITHIN_MS;
  }

  /** The folder, for people. */
  get folder(): string {
    return `${this.#config.mount}/${this.#config.prefix}`;
  }

  async read(path: string): Promise<KvEntry | undefined> {
    const answer = await this.#send('GET', 'data', path);
    const text = await answer.text();
    // A deleted version is answered with 404 and its metadata, nothing at all with 404 and no data.
    const found = readSchema.safeParse(parse(text));
    if (found.success) {
      const { data, metadata } = found.data.data;
      return { data: data ?? undefined, version: metadata.version };
    }
    if (answer.status === 404) return undefined;
    throw this.#failure(answer.status);
  }

  /**
   * Writes a version when the newest one is `after`, 0 for none.
   *
   * @returns whether it was so
   */
  async write(
    path: string,
    data: Record<string, unknown>,
    after: number,
  ): Promise<boolean> {
    const body = { data, options: { cas: after } };
    const answer = await this.#send('POST', 'data', path, body);
    const text = await answer.text();
    if (answer.ok) return true;
    if (answer.status === 400 && text.includes('check-and-set')) return false;
    throw this.#failure(answer.status);
  }

  /** Removes all versions and what is known of them. None is also fine. */
  async destroy(path: string): Promise<void> {
    const answer = await this.#send('DELETE', 'metadata', path);
    await answer.arrayBuffer();
    if (!answer.ok && answer.status !== 404) throw this.#failure(answer.status);
  }

  /** Names below a path. */
  async list(path: string): Promise<string[]> {
    const answer = await this.#send('GET', 'metadata', `${path}?list=true`);
    const text = await answer.text();
    if (answer.status === 404) return [];
    const found = answer.ok ? listSchema.safeParse(parse(text)) : undefined;
    if (!found?.success) throw this.#failure(answer.status);
    return found.data.data.keys;
  }

  async #send(
    method: string,
    part: 'data' | 'metadata',
    path: string,
    body?: object,
  ): Promise<Response> {
    const { address, mount, namespace, prefix } = this.#config;
    const token = await this.#token();
    const url = `${address.replace(/\/+$/, '')}/v1/${mount}/${part}/${prefix}/${path}`;
    const attempt = async () => {
      const answer = await fetch(url, {
        method,
        headers: {
          'x-vault-token': token,
          'x-vault-request': 'true',
          ...(namespace ? { 'x-vault-namespace': namespace } : {}),
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        body: body && JSON.stringify(body),
        // A standby forwards by itself; elsewhere the token must not go.
        redirect: 'error',
        signal: AbortSignal.timeout(this.#answerWithinMs),
      });
      // All of it, so that a line that breaks in the middle is seen here.
      return new Response(
        answer.status === 204 ? null : await answer.arrayBuffer(),
        { status: answer.status },
      );
    };
    try {
      return await attempt().catch(async error => {
        if (error.name === 'TimeoutError') throw error;
        // A connection that was kept may be a dead one. Every call may be repeated.
        await sleep(REST_MS);
        return attempt();
      });
    } catch {
      throw new RetryableError('Vault does not answer.');
    }
  }

  async #token(): Promise<string> {
    const { token, tokenFile } = this.#config;
    if (token) return token;
    try {
      return (await readFile(tokenFile ?? '', 'utf8')).trim();
    } catch {
      throw new RetryableError(
        'The file of databases.secrets.vault.tokenFile cannot be read.',
      );
    }
  }

  #failure(status: number): RetryableError | TerminalError {
    if (status === 403) {
      return new RetryableError(
        `Vault refuses the portal with 403. Its token must be valid, and its policy must allow what the README of the store names below '${this.folder}'.`,
      );
    }
    if (status === 404) {
      return new RetryableError(
        `Vault answers with 404. Is a KV engine of version 2 mounted at '${this.#config.mount}'?`,
      );
    }
    // 412, 472, 473 and 5xx pass: behind a leader, a standby, sealed.
    return [400, 405, 413].includes(status)
      ? new TerminalError(`Vault refuses a secret with ${status}.`)
      : new RetryableError(`Vault answers with ${status}.`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
