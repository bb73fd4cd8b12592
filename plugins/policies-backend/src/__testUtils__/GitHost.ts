import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROGRAM = path.resolve(
  __dirname,
  '../../../../packages/local-stack/src/git-host/testing/hostProcess.ts',
);

/** What the portal reads repositories with. */
const READER = {
  username: 'slipway-portal',
  password: 'a-generated-password-of-tests',
};

/**
 * The git host of the local stack, in a process of its own that can be killed, with a repository of policies that belongs to
 * the platform team. It speaks Gitea's API.
 */
export class GitHost {
  readonly #folder: string;
  #process: ChildProcess;
  #token = '';
  #baseUrl = '';

  static async start(): Promise<GitHost> {
    const folder = await mkdtemp(path.join(tmpdir(), 'slipway-policies-git-'));
    const host = new GitHost(folder);
    await host.#listening();
    return host;
  }

  private constructor(folder: string) {
    this.#folder = folder;
    this.#process = this.#spawn();
  }

  /** The folder `policies` of the repository's branch. */
  get address(): string {
    return `${this.#baseUrl}/lighthouse/policies/src/branch/main/policies`;
  }

  /** What the portal has to be told of the host. */
  get config() {
    const { host } = new URL(this.#baseUrl);
    return {
      integrations: { gitea: [{ host, baseUrl: this.#baseUrl, ...READER }] },
    };
  }

  /** Makes the repository. What is pushed next is its first commit. */
  async create(): Promise<void> {
    await this.#api('POST', '/orgs/lighthouse/repos', { name: 'policies' });
    await rm(this.#work, { recursive: true, force: true });
    await mkdir(path.join(this.#work, 'policies'), { recursive: true });
    await this.#git('init', '--quiet', '--initial-branch=main');
    const url = new URL(`${this.#baseUrl}/lighthouse/policies.git`);
    url.username = 'nora.lind';
    url.password = this.#token;
    await this.#git('remote', 'add', 'origin', url.toString());
  }

  async delete(): Promise<void> {
    await this.#api('DELETE', '/repos/lighthouse/policies');
  }

  /** Pushes a commit in which files have these texts; undefined removes one. */
  async push(files: Record<string, string | undefined>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.#work, name);
      if (text === undefined) await rm(file);
      else await writeFile(file, text);
    }
    await this.#git('add', '--all');
    await this.#git('commit', '--quiet', '--message=A change');
    await this.#git('push', '--quiet', 'origin', 'main');
  }

  /** Takes the host away, as `kill -9` does. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  /** Starts it again, where it was and with what it had. */
  async restart(): Promise<void> {
    this.#process = this.#spawn();
    await this.#listening();
  }

  /** Lets it take connections and answer none, or go on. */
  hang(isHanging: boolean): void {
    this.#process.kill(isHanging ? 'SIGSTOP' : 'SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #work() {
    return path.join(this.#folder, 'work');
  }

  #spawn(): ChildProcess {
    return spawn(
      process.execPath,
      [PROGRAM, path.join(this.#folder, 'host'), this.#baseUrl],
      {
        // Without what a test runner has put there.
        env: { PATH: process.env.PATH, HOME: this.#folder },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
  }

  async #listening(): Promise<void> {
    const exited = once(this.#process, 'exit').then(([code, signal]) => {
      throw new Error(`The git host has ended: ${code ?? signal}`);
    });
    const lines = createInterface({ input: this.#process.stdout! });
    const [line] = (await Promise.race([once(lines, 'line'), exited])) as [
      string,
    ];
    exited.catch(() => undefined);
    const { baseUrl, token } = JSON.parse(line);
    this.#baseUrl = baseUrl;
    this.#token = token ?? this.#token;
  }

  async #api(method: string, api: string, body?: object): Promise<void> {
    const response = await fetch(`${this.#baseUrl}/api/v1${api}`, {
      method,
      headers: { authorization: `token ${this.#token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${response.status} from ${api}`);
  }

  async #git(...args: string[]): Promise<void> {
    await run('git', args, {
      cwd: this.#work,
      env: {
        PATH: process.env.PATH,
        HOME: this.#folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: 'Nora Lind',
        GIT_AUTHOR_EMAIL: 'nora.lind@lighthouse.example',
        GIT_COMMITTER_NAME: 'Nora Lind',
        GIT_COMMITTER_EMAIL: 'nora.lind@lighthouse.example',
      },
    });
  }
}
