/** What a test looks at in an answer. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body, read as JSON. */
  json(): any;
}

/**
 * A browser's share of HTTP: keeps cookies by host, follows redirects, and sends a token when it has one.
 */
export class HttpClient {
  readonly #cookies = new Map<string, Map<string, string>>();
  /** Sent as a bearer token with every request to the portal's API. */
  token?: string;

  get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', url, { headers });
  }

  post(
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.send('POST', url, {
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body ?? {}),
    });
  }

  /** Sends one request; a redirect comes back as it is. */
  async send(
    method: string,
    url: string,
    init: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    const { hostname } = new URL(url);
    const jar = this.#cookies.get(hostname) ?? new Map<string, string>();
    this.#cookies.set(hostname, jar);
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
      body: init.body,
      headers: {
        ...(jar.size > 0 && {
          cookie: [...jar]
            .map(([name, value]) => `${name}=${value}`)
            .join('; '),
        }),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...init.headers,
      },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(';');
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text),
    };
  }

  /** Goes where redirects lead, as a browser does, and returns the last answer with its address. */
  async follow(
    answer: Answer,
    from: string,
  ): Promise<{ answer: Answer; url: string }> {
    let current = answer;
    let url = from;
    for (let hops = 0; hops < 10; hops += 1) {
      const location = current.headers.get('location');
      if (current.status < 300 || current.status > 399 || !location) {
        return { answer: current, url };
      }
      url = new URL(location, url).href;
      current = await this.get(url);
    }
    throw new Error(`Too many redirects, the last one to ${url}`);
  }

  /** The values of all cookies that it keeps, by host and name. */
  cookies(): [name: string, value: string][] {
    return [...this.#cookies].flatMap(([host, jar]) =>
      [...jar].map(([name, value]): [string, string] => [
        `${name} of ${host}`,
        value,
      ]),
    );
  }

  /** A client with the same cookies and no token. */
  withoutToken(): HttpClient {
    const copy = new HttpClient();
    for (const [host, jar] of this.#cookies) {
      copy.#cookies.set(host, new Map(jar));
    }
    return copy;
  }
}
