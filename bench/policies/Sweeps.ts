import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 5 * 60_000;

/** As much as is used here of `GET /api/policies/state`. */
interface State {
  sweeping: boolean;
  lastSweep?: {
    id: string;
    objects: number;
    violations: number;
    startedAt: string;
    endedAt?: string;
    error?: string;
  };
}

/** The sweeps of a portal, as an administrator starts them. */
export class Sweeps {
  readonly #url: string;
  readonly #token: string;

  static create(url: string, token: string): Sweeps {
    return new Sweeps(url, token);
  }

  private constructor(url: string, token: string) {
    this.#url = `${url}/api/policies`;
    this.#token = token;
  }

  /** Sweeps once. Returns how many seconds it took by the clock of the database. */
  async run(objects: number): Promise<number> {
    const before = (await this.#state()).lastSweep?.id;
    await send(`${this.#url}/sweeps`, this.#token, 'POST');
    const { lastSweep } = await this.#wait(
      state => !state.sweeping && state.lastSweep?.id !== before,
    );
    const { startedAt, endedAt, error, violations } = lastSweep!;
    if (error || lastSweep!.objects !== objects || violations === 0) {
      throw new Error(
        `The sweep did not see everything: ${JSON.stringify(lastSweep)}`,
      );
    }
    return (Date.parse(endedAt!) - Date.parse(startedAt)) / 1000;
  }

  #state(): Promise<State> {
    return send(`${this.#url}/state`, this.#token);
  }

  async #wait(reached: (state: State) => boolean): Promise<State> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const state = await this.#state();
      if (reached(state)) {
        return state;
      }
      if (Date.now() > deadline) {
        throw new Error(`Gave up on the sweep: ${JSON.stringify(state)}`);
      }
      await sleep(200);
    }
  }
}

/** Reads all components as a sweep does, and nothing else. Returns how many seconds it took. */
export async function readAll(url: string, token: string): Promise<number> {
  const start = performance.now();
  const page = { fields: 'apiVersion,kind,metadata,spec', limit: '500' };
  let from: Record<string, string> | undefined = {
    filter: 'kind=component',
    orderField: 'metadata.uid,asc',
  };
  while (from) {
    const query = new URLSearchParams({ ...page, ...from });
    const { pageInfo } = await send(
      `${url}/api/catalog/entities/by-query?${query}`,
      token,
    );
    from = pageInfo.nextCursor && { cursor: pageInfo.nextCursor };
  }
  return (performance.now() - start) / 1000;
}

async function send(url: string, token: string, method = 'GET') {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) {
    throw new Error(`${answer.status} from ${url}: ${await answer.text()}`);
  }
  return answer.json() as Promise<any>;
}
