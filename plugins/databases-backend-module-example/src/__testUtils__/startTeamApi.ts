import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DatabaseRecord } from '../records';

/** A session that somebody holds open. */
export interface Session {
  database: string;
  username: string;
  isOpen: boolean;
}

interface Stored {
  record: DatabaseRecord;
  etag: string;
  data: Map<string, string>;
}

export type TestTeamApi = Awaited<ReturnType<typeof startTeamApi>>;

/** The other team's service, as far as the provider uses it. Yours runs the real one, or a copy of it. */
export async function startTeamApi(token: string) {
  const databases = new Map<string, Stored>();
  const sessions = new Set<Session>();
  /** What the next call of this kind is answered with, once it was done or in its place. */
  let fault: { method: string; status?: number; isDone: boolean } | undefined;

  /** The login when it may come in; reasons are not told. */
  const enter = (database: string, username: string, password: string) => {
    const login = databases.get(database)?.record.logins[username];
    const verifier = createHash('sha256').update(password).digest('hex');
    const isOver =
      login?.expiresAt && Date.parse(login.expiresAt) <= Date.now();
    return login?.enabled && login.verifier === verifier && !isOver
      ? login
      : undefined;
  };
  const run = (
    database: string,
    access: string,
    { op, key, value = '' }: { op: string; key: string; value?: string },
  ): { status: number; value?: string } => {
    const { data } = databases.get(database)!;
    if (op === 'get') {
      return { status: 200, value: data.get(key) };
    }
    if (access === 'read-only') {
      return { status: 403 };
    }
    if (op === 'set') {
      data.set(key, value);
    } else {
      data.delete(key);
    }
    return { status: 200 };
  };
  const show = (name: string, { record, etag, data }: Stored) => {
    const counts: Record<string, number> = {};
    for (const { database, username, isOpen } of sessions) {
      if (isOpen && database === name) {
        counts[username] = (counts[username] ?? 0) + 1;
      }
    }
    const sizeBytes = [...data].join('').length;
    return { ...record, name, etag, sessions: counts, sizeBytes };
  };
  const put = (name: string, record: DatabaseRecord) => {
    const data = record.dropped ? undefined : databases.get(name)?.data;
    databases.set(name, {
      record,
      etag: `"${randomUUID()}"`,
      data: data ?? new Map(),
    });
    for (const session of sessions) {
      const isOf = session.database === name;
      if (isOf && !record.logins[session.username]?.enabled) {
        session.isOpen = false;
      }
    }
  };

  const answer = (
    request: IncomingMessage,
    body: string,
  ): { status: number; body?: unknown } => {
    const { method, headers } = request;
    const [, , name, use] = (request.url ?? '')
      .split('/')
      .map(decodeURIComponent);
    const stored = databases.get(name ?? '');
    if (use === 'query') {
      const [, basic = ''] = (headers.authorization ?? '').split(' ');
      const [username = '', password = ''] = Buffer.from(basic, 'base64')
        .toString()
        .split(':');
      const login = enter(name, username, password);
      if (!login) {
        return { status: 401 };
      }
      const { status, ...result } = run(name, login.access, JSON.parse(body));
      return { status, body: result };
    }
    if (headers.authorization !== `Bearer ${token}`) {
      return { status: 401 };
    }
    if (!name) {
      return {
        status: 200,
        body: [...databases].map(([each, value]) => show(each, value)),
      };
    }
    if (method === 'GET') {
      return stored
        ? { status: 200, body: show(name, stored) }
        : { status: 404 };
    }
    const isAsRead = stored
      ? headers['if-match'] === stored.etag
      : headers['if-none-match'] === '*';
    if (!isAsRead) {
      return { status: 412 };
    }
    put(name, JSON.parse(body));
    return { status: 204 };
  };

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const failing = fault?.method === request.method ? fault : undefined;
    fault = failing ? undefined : fault;
    const result =
      failing && !failing.isDone ? undefined : answer(request, body);
    if (failing && failing.status === undefined) {
      response.destroy();
      return;
    }
    const status = failing?.status ?? result?.status ?? 500;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(
      !failing && result?.body ? JSON.stringify(result.body) : undefined,
    );
  });
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    databases,
    put,
    remove: (name: string) => databases.delete(name),
    failNext(next: NonNullable<typeof fault>) {
      fault = next;
    },
    open(database: string, username: string, password: string) {
      const login = enter(database, username, password);
      if (!login) {
        throw new Error('Refused');
      }
      const session = { database, username, isOpen: true };
      sessions.add(session);
      return {
        isOpen: () => session.isOpen,
        ask(request: Parameters<typeof run>[2]) {
          if (!session.isOpen) {
            throw new Error('The session was ended');
          }
          return run(database, login.access, request);
        },
        close: () => {
          session.isOpen = false;
        },
      };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise(done => {
        server.close(done);
      });
    },
  };
}
