import assert from 'node:assert/strict';

/** As much of a browser as signing in takes: it keeps cookies and follows redirects within one origin. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  async get(url: string): Promise<Response> {
    return this.#send(url, {});
  }

  async post(
    path: string,
    fields: Record<string, string>,
    origin = this.#origin,
  ): Promise<Response> {
    return this.#send(new URL(path, this.#origin).href, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams(fields),
    });
  }

  async follow(url: string): Promise<Response> {
    let answer = await this.get(url);
    for (;;) {
      const location = answer.headers.get('location');
      const next = location && new URL(location, this.#origin);
      if (!next || next.origin !== this.#origin) {
        return answer;
      }
      answer = await this.get(next.href);
    }
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('connection', 'close');
    headers.set(
      'cookie',
      [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    );
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/) ?? [];
      assert.match(cookie, /httponly/i);
      this.#cookies.set(name, value);
    }
    return answer;
  }
}
