import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Repository {
  description: string;
  visibility: string;
  createdBy: string;
  /** As GitHub counts them, also those that nobody else sees. */
  forks?: number;
}

/**
 * A git host for tests: real repositories behind git's own `http-backend`, and
 * what the actions use of the interfaces of Gitea, GitHub and GitLab.
 */
export class TestGitHost {
  /** Who may come in: token to name. */
  readonly people = new Map([
    ['nora-token', 'nora'],
    ['portal-secret', 'portal'],
  ]);
  readonly repositories = new Map<string, Repository>();
  /** What people put there beside commits, by its address in the API, e.g. `lighthouse/orders/issues`. */
  readonly uses = new Map<string, object[]>();
  /** What was asked for, e.g. `POST /api/v1/orgs/lighthouse/repos by nora`. */
  readonly requests: string[] = [];
  /** Which repositories were created, each time they were. */
  readonly creations: string[] = [];
  /** Requests that are carried out, but whose answer is lost. */
  loseAnswerTo: RegExp | undefined;
  /** Requests that never arrive. */
  unreachable: RegExp | undefined;
  /** Requests that come too early, as after a restart. */
  busy: RegExp | undefined;
  /** Requests that are refused. */
  forbidden: RegExp | undefined;

  #server!: Server;
  #root!: string;

  static async start(): Promise<TestGitHost> {
    const host = new TestGitHost();
    host.#root = await mkdtemp(join(tmpdir(), 'test-git-host-'));
    host.#server = createServer((request, response) => {
      host.#answer(request, response).catch(error => {
        response.destroy(error);
      });
    });
    host.#server.listen(0, '127.0.0.1');
    await once(host.#server, 'listening');
    return host;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get baseUrl(): string {
    return `http://${this.host}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Runs git inside a repository. */
  async git(name: string, ...words: string[]): Promise<string> {
    const { stdout } = await run('git', words, { cwd: this.#path(name) });
    return stdout.trim();
  }

  async addRepository(name: string, repository: Repository): Promise<void> {
    await mkdir(this.#path(name), { recursive: true });
    await run('git', ['init', '--bare', '-b', 'main', '.'], {
      cwd: this.#path(name),
    });
    await this.git(name, 'config', 'http.receivepack', 'true');
    this.repositories.set(name, repository);
    this.creations.push(name);
  }

  #path(name: string): string {
    return join(this.#root, `${name}.git`);
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { pathname, search } = new URL(request.url!, this.baseUrl);
    const person = this.#personOf(request);
    const line = `${request.method} ${pathname}${search} by ${person ?? 'nobody'}`;
    this.requests.push(line);
    if (this.unreachable?.test(line)) {
      request.socket.destroy();
      return;
    }
    if (this.loseAnswerTo?.test(line)) {
      this.loseAnswerTo = undefined;
      response.writeHead = () => response;
      response.write = () => true;
      response.end = () => {
        request.socket.destroy();
        return response;
      };
    }
    if (this.busy?.test(line)) {
      response.writeHead(503).end('not yet');
      return;
    }
    if (this.forbidden?.test(line)) {
      response.writeHead(403).end('{"message":"not today"}');
      return;
    }
    if (!person) {
      response
        .writeHead(401, { 'www-authenticate': 'Basic realm="git"' })
        .end('{"message":"who are you?"}');
      return;
    }
    const git = /^\/([^/]+\/[^/]+)\.git\//.exec(pathname);
    if (git) {
      await this.#serveGit(request, response, pathname, search, person);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString();
    const [status, body] = await this.#serveApi(
      request.method!,
      decodeURIComponent(pathname),
      text.startsWith('{') ? JSON.parse(text) : {},
      person,
    );
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(body === undefined ? undefined : JSON.stringify(body));
  }

  #personOf(request: IncomingMessage): string | undefined {
    const [scheme, value = ''] = (
      request.headers.authorization ??
      `token ${request.headers['private-token'] ?? ''}`
    ).split(' ');
    const secret =
      scheme.toLowerCase() === 'basic'
        ? Buffer.from(value, 'base64').toString().split(':')[1]
        : value;
    return this.people.get(secret);
  }

  async #serveApi(
    method: string,
    path: string,
    body: Record<string, string | boolean | undefined>,
    person: string,
  ): Promise<[number, unknown?]> {
    const one =
      /^\/api\/(?:v1\/repos|v3\/repos|v4\/projects)\/([^/]+\/[^/]+)$/.exec(
        path,
      );
    if (one) {
      const repository = this.repositories.get(one[1]);
      if (!repository) {
        return [404, { message: 'not found' }];
      }
      if (method === 'DELETE') {
        this.repositories.delete(one[1]);
        await rm(this.#path(one[1]), { recursive: true });
        return [204];
      }
      return [200, this.#present(one[1])];
    }
    const file = /^\/api\/v1\/repos\/([^/]+\/[^/]+)\/contents\/(.+)$/.exec(
      path,
    );
    if (file && this.repositories.has(file[1])) {
      try {
        const text = await this.git(file[1], 'show', `main:${file[2]}`);
        const content = Buffer.from(text).toString('base64');
        return [200, { encoding: 'base64', content }];
      } catch {
        return [404, { message: 'no such file' }];
      }
    }
    const list = /^\/api\/(?:v1\/repos|v3\/repos|v4\/projects)\/(.+)$/.exec(
      path,
    );
    if (method === 'GET' && list && this.uses.has(list[1])) {
      return [200, this.uses.get(list[1])];
    }
    const orgRepos = /^\/api\/v[13]\/orgs\/([^/]+)\/repos$/.exec(path);
    const owner =
      orgRepos?.[1] ?? (path === '/api/v4/projects' && 'lighthouse');
    if (method === 'POST' && owner) {
      const name = `${owner}/${body.name}`;
      if (this.repositories.has(name)) {
        return [409, { message: 'it exists' }];
      }
      await this.addRepository(name, {
        description: String(body.description),
        visibility: String(
          body.visibility ?? (body.private ? 'private' : 'public'),
        ),
        createdBy: person,
      });
      return [201, this.#present(name)];
    }
    if (/^\/api\/(v1\/orgs|v3\/users|v4\/namespaces)\/lighthouse$/.test(path)) {
      return [200, { id: 7, type: 'Organization', name: 'lighthouse' }];
    }
    if (path === '/api/v4/user') {
      return [200, { id: 3, username: person }];
    }
    if (path === '/api/v4/groups/lighthouse/projects') {
      return [200, []];
    }
    return [404, { message: `nothing at ${path}` }];
  }

  #present(name: string) {
    const { description, forks } = this.repositories.get(name)!;
    const url = `${this.baseUrl}/${name}`;
    return {
      id: 42,
      description,
      forks_count: forks,
      html_url: url,
      web_url: url,
      clone_url: `${url}.git`,
      http_url_to_repo: `${url}.git`,
    };
  }

  async #serveGit(
    request: IncomingMessage,
    response: ServerResponse,
    pathname: string,
    search: string,
    person: string,
  ): Promise<void> {
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: this.#root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_USER: person,
        REMOTE_ADDR: '127.0.0.1',
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) {
      chunks.push(chunk as Buffer);
    }
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    const headers = new Map(
      output
        .subarray(0, end)
        .toString()
        .split('\r\n')
        .map(line => line.split(': ') as [string, string]),
    );
    const status = Number.parseInt(headers.get('Status') ?? '200', 10);
    headers.delete('Status');
    response.writeHead(status, Object.fromEntries(headers));
    response.end(output.subarray(end + 4));
  }
}
