import { ResponseError } from '@backstage/errors';
import type { FetchApi } from '@backstage/frontend-plugin-api';
import {
  answerLinkSchema,
  approvalDetailsSchema,
  approvalEventsPageSchema,
  approvalsPageSchema,
  deputiesPageSchema,
  deputySchema,
} from '@slipway/plugin-approvals-common';
import type { ApprovalsApi } from './ApprovalsApi';

/** What of a schema is used here. */
interface Parser<T> {
  parse(value: unknown): T;
}

/**
 * Talks to the approvals service over HTTP, and checks what it answers.
 * @public
 */
export class ApprovalsClient implements ApprovalsApi {
  readonly #fetchApi: Pick<FetchApi, 'fetch'>;

  static create(options: {
    fetchApi: Pick<FetchApi, 'fetch'>;
  }): ApprovalsClient {
    return new ApprovalsClient(options.fetchApi);
  }

  private constructor(fetchApi: Pick<FetchApi, 'fetch'>) {
    this.#fetchApi = fetchApi;
  }

  list(query: Parameters<ApprovalsApi['list']>[0] = {}) {
    const params = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) params.append(key, String(value));
    }
    return this.#ask(`/approvals?${params}`, approvalsPageSchema);
  }

  get(id: string) {
    return this.#ask(path(id), approvalDetailsSchema);
  }

  getEvents(id: string, cursor?: string) {
    const params = new URLSearchParams(cursor ? { cursor } : {});
    return this.#ask(`${path(id)}/events?${params}`, approvalEventsPageSchema);
  }

  vote(id: string, vote: Parameters<ApprovalsApi['vote']>[1]) {
    return this.#ask(
      `${path(id)}/vote`,
      approvalDetailsSchema,
      send('PUT', vote),
    );
  }

  takeVoteBack(id: string, onBehalfOf?: string) {
    const params = new URLSearchParams(onBehalfOf ? { onBehalfOf } : {});
    return this.#ask(`${path(id)}/vote?${params}`, approvalDetailsSchema, {
      method: 'DELETE',
    });
  }

  withdraw(id: string, reason?: string) {
    return this.#ask(
      `${path(id)}/withdraw`,
      approvalDetailsSchema,
      send('POST', { reason }),
    );
  }

  openAnswerLink(token: string) {
    return this.#ask(
      '/answer-links/open',
      answerLinkSchema,
      send('POST', { token }),
    );
  }

  useAnswerLink(token: string, reason?: string) {
    return this.#ask(
      '/answer-links/use',
      approvalDetailsSchema,
      send('POST', { token, reason }),
    );
  }

  listDeputies() {
    return this.#ask('/deputies', deputiesPageSchema);
  }

  appointDeputy(
    deputy: Parameters<ApprovalsApi['appointDeputy']>[0],
    key: string,
  ) {
    return this.#ask(
      '/deputies',
      deputySchema,
      send('POST', deputy, { 'idempotency-key': key }),
    );
  }

  async endDeputy(id: string) {
    await this.#fetch(`/deputies/${encodeURIComponent(id)}`, {
      method: 'DELETE',
    });
  }

  async #ask<T>(address: string, schema: Parser<T>, init?: RequestInit) {
    const response = await this.#fetch(address, init);
    return schema.parse(await response.json());
  }

  async #fetch(address: string, init?: RequestInit): Promise<Response> {
    const response = await this.#fetchApi.fetch(
      `plugin://approvals${address}`,
      init,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}

function path(id: string): string {
  return `/approvals/${encodeURIComponent(id)}`;
}

function send(
  method: string,
  body: object,
  headers: Record<string, string> = {},
): RequestInit {
  return {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
