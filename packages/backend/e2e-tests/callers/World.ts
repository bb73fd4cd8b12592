import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startIdentityProvider } from '../../../../bench/lib/identity.ts';
import { stablePorts } from '../../../../bench/lib/ports.ts';
import { createPostgres } from '../../../../bench/lib/postgres.ts';
import type { Answer } from '../support/HttpClient.ts';
import { until } from '../support/until.ts';
import { people } from './configuration.ts';
import { environment, writeConfiguration } from './environment.ts';
import { Portal } from './Portal.ts';
import { signInAgent } from './signInAgent.ts';
import { changed, Tables } from './Tables.ts';
import { rememberPerson, UserTokens } from './tokens.ts';

/** What is sent with a request. */
export interface Sent {
  method: string;
  /** From the plugin's own root. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A portal with people and databases, and everything that is needed to call on it as anybody. */
export class World {
  readonly portal: Portal;
  readonly tables: Tables;
  readonly tokens: UserTokens;
  /** With which everybody signs in. */
  readonly password: string;
  /** What the plugins' preparations have made, by names of their own. */
  readonly made: Record<string, string> = {};
  readonly #files: Map<string, string>;
  readonly #filesUrl: string;
  readonly #agents = new Map<string, string>();
  readonly #close: () => Promise<void>;

  /** @param plugins - the ids of those that have routes of ours */
  static async create(plugins: string[]): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-callers-'));
    // Postgres runs as a user of its own when we are root, and has to get in.
    await chmod(folder, 0o755);
    const stops: (() => Promise<unknown>)[] = [
      () => rm(folder, { recursive: true, force: true }),
    ];
    const close = async () => {
      for (const stop of stops.toReversed()) {
        await stop();
      }
    };
    try {
      const start = async (name: string) => {
        const postgres = await createPostgres({ name, work: folder });
        await postgres.start();
        stops.push(() => postgres.stop());
        return postgres;
      };
      const postgres = await start('portal');
      const tenants = await start('tenants');
      const [port, metrics, oidc, filesPort] = await stablePorts(4);
      const files = new Map<string, string>();
      const fileServer = createServer((incoming, outgoing) => {
        const text = files.get(incoming.url ?? '');
        outgoing.writeHead(text ? 200 : 404).end(text);
      });
      await new Promise<void>(done => {
        fileServer.listen(filesPort, '127.0.0.1', done);
      });
      stops.push(
        () =>
          new Promise(done => {
            fileServer.closeAllConnections();
            fileServer.close(done);
          }),
      );
      const identity = await startIdentityProvider({
        port: oidc,
        portalUrl: `http://localhost:${port}`,
        people: Object.values(people).map(({ name, groups }) => ({
          name,
          displayName: name,
          email: `${name}@example.com`,
          groups,
          description: name,
        })),
        connection: tenants.connection,
      });
      stops.push(() => identity.close());
      const portal = await Portal.start({
        port,
        configs: await writeConfiguration(folder, {
          filesHost: `localhost:${filesPort}`,
          plugins,
        }),
        env: await environment({ postgres, tenants, identity, port, metrics }),
      });
      stops.push(() => portal.stop());
      const tables = await Tables.open(postgres);
      stops.push(() => tables.close());
      const tokens = new UserTokens(portal.url);
      await tokens.introduce(tables.of('auth'));
      for (const who of Object.keys(people)) {
        await rememberPerson(tables.of('auth'), who as keyof typeof people);
      }
      const world = new World({
        portal,
        tables,
        tokens,
        files,
        filesUrl: `http://localhost:${filesPort}`,
        password: identity.password,
        close,
      });
      await world.#waitForPeople();
      return world;
    } catch (error) {
      await close();
      throw error;
    }
  }

  private constructor(parts: {
    portal: Portal;
    tables: Tables;
    tokens: UserTokens;
    files: Map<string, string>;
    filesUrl: string;
    password: string;
    close(): Promise<void>;
  }) {
    this.portal = parts.portal;
    this.tables = parts.tables;
    this.tokens = parts.tokens;
    this.#files = parts.files;
    this.#filesUrl = parts.filesUrl;
    this.password = parts.password;
    this.#close = parts.close;
  }

  /** Serves a catalog file and returns its address. */
  publish(name: string, entity: object): string {
    this.#files.set(`/${name}`, JSON.stringify(entity));
    return `${this.#filesUrl}/${name}`;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** A person's token. */
  person(name: keyof typeof people): string {
    return this.tokens.issue(name).token;
  }

  /** The token of an agent that signed in for a person. */
  async agent(name: keyof typeof people): Promise<string> {
    let token = this.#agents.get(name);
    if (!token) {
      token = await signInAgent(this.portal.url, this.person(name));
      this.#agents.set(name, token);
    }
    return token;
  }

  /** Sends a request to a plugin as it is. */
  async send(plugin: string, sent: Sent, token?: string): Promise<Answer> {
    const { method, path, body, headers } = sent;
    const response = await fetch(`${this.portal.url}/api/${plugin}${path}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        'idempotency-key': randomUUID(),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text),
    };
  }

  /** Sends a request that has to succeed, and reads its answer. */
  async must(plugin: string, sent: Sent, token: string): Promise<any> {
    const answer = await this.send(plugin, sent, token);
    if (answer.status >= 300) {
      throw new Error(
        `${sent.method} ${plugin}${sent.path}: ${answer.status} ${answer.text}`,
      );
    }
    return answer.text ? answer.json() : undefined;
  }

  async #waitForPeople(): Promise<void> {
    const entityRefs = ['user:default/ada', 'template:default/service'];
    await until('the company is in the catalog', 60, async () => {
      const { items } = await this.must(
        'catalog',
        { method: 'POST', path: '/entities/by-refs', body: { entityRefs } },
        this.person('owner'),
      );
      return items.every(Boolean);
    });
  }

  /** Waits until no table has changed for a while. */
  async quiet(seconds = 6): Promise<void> {
    const deadline = Date.now() + 180_000;
    let before = await this.tables.hashes();
    let since = Date.now();
    let restless: string[] = [];
    while (Date.now() - since < seconds * 1000) {
      if (Date.now() > deadline) {
        throw new Error(`These tables never rest: ${restless.join(', ')}`);
      }
      await sleep(500);
      const now = await this.tables.hashes();
      const names = changed(before, now);
      if (names.length > 0) {
        restless = names;
        before = now;
        since = Date.now();
      }
    }
  }
}
