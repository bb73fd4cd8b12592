import type { IncomingMessage, ServerResponse } from 'node:http';
import { InputError } from '@backstage/errors';
import type { z } from 'zod';
import type { Identity } from '../access/Identity.ts';
import { PayloadTooLargeError } from './errors.ts';
import type { SafeHtml } from './html.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** One request and its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly identity: Identity;
  /** Aborted when the client goes away or the time is over. */
  readonly signal: AbortSignal;

  private constructor(options: {
    request: IncomingMessage;
    response: ServerResponse;
    url: URL;
    identity: Identity;
    signal: AbortSignal;
  }) {
    this.request = options.request;
    this.response = options.response;
    this.url = options.url;
    this.identity = options.identity;
    this.signal = options.signal;
  }

  static create(options: {
    request: IncomingMessage;
    response: ServerResponse;
    url: URL;
    identity: Identity;
    signal: AbortSignal;
  }): Exchange {
    return new Exchange(options);
  }

  query(name: string): string | undefined {
    return this.url.searchParams.get(name) || undefined;
  }

  /** @throws ZodError or InputError when the body is not what `schema` says */
  async readJson<T extends z.ZodType>(schema: T): Promise<z.infer<T>> {
    const text = await this.#readText();
    let content: unknown;
    try {
      content = text === '' ? {} : JSON.parse(text);
    } catch {
      throw new InputError('The request body is not valid JSON');
    }
    return schema.parse(content);
  }

  /** Reads a body that a form or an OAuth client sent. */
  async readForm(): Promise<URLSearchParams> {
    return new URLSearchParams(await this.#readText());
  }

  json(
    status: number,
    body: unknown,
    headers: Record<string, string> = {},
  ): void {
    this.send(status, JSON.stringify(body), {
      'content-type': 'application/json; charset=utf-8',
      ...headers,
    });
  }

  html(status: number, body: SafeHtml, headers: Record<string, string> = {}) {
    this.send(status, body.text, {
      'content-type': 'text/html; charset=utf-8',
      ...headers,
    });
  }

  redirect(location: string, headers: Record<string, string> = {}): void {
    this.send(302, '', { location, 'cache-control': 'no-store', ...headers });
  }

  send(
    status: number,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): void {
    this.response.writeHead(status, {
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    });
    this.response.end(body);
  }

  /** Answers 304 when the client has this version already; says whether it did. */
  notModified(etag: string): boolean {
    const known = this.request.headers['if-none-match']
      ?.split(',')
      .map(tag => tag.trim().replace(/^W\//, ''));
    if (!known?.includes(etag) && !known?.includes('*')) {
      return false;
    }
    this.response.writeHead(304, { etag });
    this.response.end();
    return true;
  }

  async #readText(): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.request) {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) {
        throw new PayloadTooLargeError(
          `The request body is larger than ${MAX_BODY_BYTES} bytes`,
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }
}
