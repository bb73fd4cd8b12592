import { generateToken, hashSecret, sameSecret } from '../access/secrets.ts';
import type { Exchange } from '../http/Exchange.ts';
import { ExpiringMap } from './ExpiringMap.ts';

const SESSION = 'slipway-git-session';
const BROWSER = 'slipway-git-browser';
const SESSION_SECONDS = 8 * 3600;

/** A person's session in the pages of the git host. */
export interface Session {
  person: string;
  /** Must come with each form, so that no other site can send one. */
  csrf: string;
}

/** Sessions of browsers; they end when the git host restarts, which costs one redirect. */
export class Sessions {
  readonly #sessions = ExpiringMap.create<Session>({
    ttlMs: SESSION_SECONDS * 1000,
    max: 5000,
  });
  readonly #secure: string;

  private constructor(secure: string) {
    this.#secure = secure;
  }

  static create(options: { baseUrl: string }): Sessions {
    const https = options.baseUrl.startsWith('https:');
    return new Sessions(https ? '; Secure' : '');
  }

  /** Begins a session; returns the cookie to set. */
  begin(person: string): string {
    const id = generateToken();
    this.#sessions.set(hashSecret(id), { person, csrf: generateToken() });
    return this.#cookie(SESSION, id, SESSION_SECONDS);
  }

  /** @param header - the Cookie header */
  fromHeader(header: string | undefined): Session | undefined {
    const id = readCookie(header, SESSION);
    return id ? this.#sessions.get(hashSecret(id)) : undefined;
  }

  of(exchange: Exchange): Session | undefined {
    return this.fromHeader(exchange.request.headers.cookie);
  }

  /** Ends the session; returns the cookie to set. */
  end(exchange: Exchange): string {
    this.#sessions.delete(
      hashSecret(readCookie(exchange.request.headers.cookie, SESSION) ?? ''),
    );
    return this.#cookie(SESSION, '', 0);
  }

  /** The secret that ties a sign-in to the browser that began it, and the cookie to set. */
  browser(exchange: Exchange): { id: string; cookie: string } {
    const id = this.browserId(exchange) ?? generateToken();
    return { id, cookie: this.#cookie(BROWSER, id, 600) };
  }

  browserId(exchange: Exchange): string | undefined {
    const id = readCookie(exchange.request.headers.cookie, BROWSER);
    return id && /^[0-9a-f]{40}$/.test(id) ? id : undefined;
  }

  checkCsrf(session: Session, form: URLSearchParams): boolean {
    return sameSecret(session.csrf, form.get('csrf') ?? '');
  }

  #cookie(name: string, value: string, seconds: number): string {
    return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${
      this.#secure
    }`;
  }
}

function readCookie(
  header: string | undefined,
  name: string,
): string | undefined {
  return header
    ?.split(';')
    .map(pair => pair.trim())
    .find(pair => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
