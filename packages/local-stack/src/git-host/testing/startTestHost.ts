import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGitHost, type GitHost } from '../createGitHost.ts';
import type { Directory, GitHostOptions, PushEvent } from '../types.ts';

const run = promisify(execFile);

/** Nora owns the platform, Sam and Kenji are colleagues, Ines is in another team. */
export const DIRECTORY: Directory = {
  people: [
    person('nora.lind', 'Nora Lind', 'platform-team'),
    person('sam.okafor', 'Sam Okafor', 'team-orders'),
    person('kenji.ito', 'Kenji Ito', 'team-orders'),
    person('ines.moreau', 'Inès Moreau', 'team-payments'),
  ],
  groups: [
    { name: 'platform-team', title: 'Platform team' },
    { name: 'team-orders', title: 'Orders' },
    { name: 'team-payments', title: 'Payments' },
  ],
  organisations: [
    {
      name: 'lighthouse',
      title: 'Lighthouse',
      members: 'everyone',
      owners: ['platform-team'],
    },
    {
      name: 'vault',
      title: 'Vault',
      members: ['team-payments'],
      owners: ['platform-team'],
    },
  ],
};

export const PORTAL = {
  id: 'portal',
  secret: 'portal-secret-of-the-tests',
  redirectUris: ['http://localhost:7007/api/auth/git-host/handler/frame'],
};

export const READER = {
  name: 'slipway-portal',
  password: 'a-generated-password-of-tests',
};

/** A git host on a free port with a folder of its own, and what tests do with it. */
export class TestHost {
  readonly host: GitHost;
  readonly baseUrl: string;
  readonly folder: string;
  readonly directory: Directory;
  readonly pushes: PushEvent[] = [];
  readonly logged: string[] = [];
  readonly #tokens = new Map<string, Promise<string>>();

  private constructor(options: {
    host: GitHost;
    baseUrl: string;
    folder: string;
    directory: Directory;
    pushes: PushEvent[];
    logged: string[];
  }) {
    this.host = options.host;
    this.baseUrl = options.baseUrl;
    this.folder = options.folder;
    this.directory = options.directory;
    this.pushes = options.pushes;
    this.logged = options.logged;
  }

  static async start(
    overrides: Partial<GitHostOptions> = {},
  ): Promise<TestHost> {
    const folder =
      overrides.dataDir ?? (await mkdtemp(join(tmpdir(), 'git-host-')));
    const baseUrl =
      overrides.baseUrl ?? `http://localhost:${await findFreePort()}`;
    const pushes: PushEvent[] = [];
    const logged: string[] = [];
    const log = (message: string, meta = {}) => {
      logged.push(`${message} ${JSON.stringify(meta)}`);
    };
    const directory = structuredClone(DIRECTORY);
    const host = await createGitHost({
      dataDir: folder,
      baseUrl,
      identityProvider: {
        issuer: 'http://localhost:1',
        clientId: 'git-host',
        clientSecret: 'none',
      },
      oauthClient: PORTAL,
      directory: () => directory,
      serviceAccounts: [READER],
      onPush: event => {
        pushes.push(event);
      },
      logger: { info: log, warn: log, error: log },
      ...overrides,
    });
    await host.start();
    return new TestHost({ host, baseUrl, folder, directory, pushes, logged });
  }

  async stop(): Promise<void> {
    await this.host.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A token of a person that may do everything the person may. */
  async token(name: string): Promise<string> {
    let token = this.#tokens.get(name);
    if (!token) {
      token = this.host
        .createToken(name, 'tests', ['all'])
        .then(created => created.secret);
      this.#tokens.set(name, token);
    }
    return token;
  }

  /** Calls the API as a person, or as nobody. */
  async api(
    method: string,
    path: string,
    options: { as?: string; body?: unknown; headers?: HeadersInit } = {},
  ): Promise<Response> {
    const headers = new Headers(options.headers);
    if (options.as) {
      headers.set('authorization', `token ${await this.token(options.as)}`);
    }
    return fetch(`${this.baseUrl}/api/v1${path}`, {
      method,
      headers,
      redirect: 'manual',
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
    });
  }

  /** Where a repository is cloned from, with a person's credentials. */
  async cloneUrl(path: string, as?: string): Promise<string> {
    const url = new URL(`${this.baseUrl}/${path}.git`);
    if (as) {
      url.username = as;
      url.password = await this.token(as);
    }
    return url.toString();
  }

  async workFolder(): Promise<string> {
    return mkdtemp(join(this.folder, 'work-'));
  }
}

/** Runs the real git as a developer would. */
export async function git(
  cwd: string,
  ...args: string[]
): Promise<{ stdout: string; stderr: string }> {
  return run('git', args, {
    cwd,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_AUTHOR_NAME: 'Developer',
      GIT_AUTHOR_EMAIL: 'developer@example.com',
      GIT_COMMITTER_NAME: 'Developer',
      GIT_COMMITTER_EMAIL: 'developer@example.com',
    },
  });
}

export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise(resolve => {
    server.close(resolve);
  });
  return typeof address === 'object' && address ? address.port : 0;
}

function person(name: string, displayName: string, group: string) {
  return {
    name,
    displayName,
    email: `${name}@lighthouse.example`,
    groups: [group],
  };
}
