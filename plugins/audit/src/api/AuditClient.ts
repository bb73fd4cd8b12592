import { ResponseError } from '@backstage/errors';
import type { FetchApi } from '@backstage/frontend-plugin-api';
import {
  auditEventsPageSchema,
  type AuditEventsQuery,
  auditStateSchema,
} from '@slipway/plugin-audit-common';
import type { AuditApi } from './AuditApi';

/**
 * Talks to the audit service over HTTP, and checks what it answers.
 * @public
 */
export class AuditClient implements AuditApi {
  readonly #fetchApi: Pick<FetchApi, 'fetch'>;

  static create(options: { fetchApi: Pick<FetchApi, 'fetch'> }): AuditClient {
    return new AuditClient(options.fetchApi);
  }

  private constructor(fetchApi: Pick<FetchApi, 'fetch'>) {
    this.#fetchApi = fetchApi;
  }

  async list(query: AuditEventsQuery) {
    const response = await this.#fetch('/events', query);
    return auditEventsPageSchema.parse(await response.json());
  }

  async getState() {
    const response = await this.#fetch('/state', {});
    return auditStateSchema.parse(await response.json());
  }

  async export(period: Pick<AuditEventsQuery, 'from' | 'to'>) {
    return (await this.#fetch('/export', period)).blob();
  }

  async #fetch(path: string, query: AuditEventsQuery): Promise<Response> {
    const params = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      for (const one of [value ?? []].flat()) {
        params.append(key, String(one));
      }
    }
    const response = await this.#fetchApi.fetch(
      `plugin://audit${path}?${params}`,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}
