import { ResponseError } from '@backstage/errors';
import type { FetchApi } from '@backstage/frontend-plugin-api';
import {
  complianceSchema,
  policiesListSchema,
  policiesStateSchema,
  policyAnswerSchema,
  policyDetailsSchema,
  violationSchema,
  violationsPageSchema,
  waiverDetailsSchema,
  waiverEventsPageSchema,
  waiversPageSchema,
} from '@slipway/plugin-policies-common';
import type { PoliciesApi } from './PoliciesApi';

/** What of a schema is used here. */
interface Parser<T> {
  parse(value: unknown): T;
}

/**
 * Talks to the policies service over HTTP, and checks what it answers.
 * @public
 */
export class PoliciesClient implements PoliciesApi {
  readonly #fetchApi: Pick<FetchApi, 'fetch'>;

  static create(options: {
    fetchApi: Pick<FetchApi, 'fetch'>;
  }): PoliciesClient {
    return new PoliciesClient(options.fetchApi);
  }

  private constructor(fetchApi: Pick<FetchApi, 'fetch'>) {
    this.#fetchApi = fetchApi;
  }

  listPolicies() {
    return this.#ask('/policies', policiesListSchema);
  }

  getPolicy(name: string) {
    return this.#ask(
      `/policies/${encodeURIComponent(name)}`,
      policyDetailsSchema,
    );
  }

  getState() {
    return this.#ask('/state', policiesStateSchema);
  }

  evaluate(...[request, options]: Parameters<PoliciesApi['evaluate']>) {
    return this.#ask('/evaluate', policyAnswerSchema, {
      ...send(request),
      signal: options?.signal,
    });
  }

  listViolations(query: Parameters<PoliciesApi['listViolations']>[0] = {}) {
    return this.#ask(`/violations${search(query)}`, violationsPageSchema);
  }

  getViolation(id: string) {
    return this.#ask(`/violations/${encodeURIComponent(id)}`, violationSchema);
  }

  async exportViolations(
    ...[format, filter]: Parameters<PoliciesApi['exportViolations']>
  ) {
    const response = await this.#fetch(
      `/violations/export${search({ format, ...filter })}`,
    );
    return response.blob();
  }

  getCompliance(query: Parameters<PoliciesApi['getCompliance']>[0] = {}) {
    return this.#ask(`/compliance${search(query)}`, complianceSchema);
  }

  startSweep() {
    return this.#ask('/sweeps', policiesStateSchema, { method: 'POST' });
  }

  listWaivers(query: Parameters<PoliciesApi['listWaivers']>[0] = {}) {
    return this.#ask(`/waivers${search(query)}`, waiversPageSchema);
  }

  getWaiver(id: string) {
    return this.#ask(routeOfWaiver(id), waiverDetailsSchema);
  }

  getWaiverEvents(id: string, cursor?: string) {
    return this.#ask(
      `${routeOfWaiver(id)}/events${search({ cursor })}`,
      waiverEventsPageSchema,
    );
  }

  requestWaiver(...[waiver, key]: Parameters<PoliciesApi['requestWaiver']>) {
    return this.#ask(
      '/waivers',
      waiverDetailsSchema,
      send(waiver, { 'idempotency-key': key }),
    );
  }

  withdrawWaiver(id: string, reason?: string) {
    return this.#ask(
      `${routeOfWaiver(id)}/withdraw`,
      waiverDetailsSchema,
      send({ reason }),
    );
  }

  endWaiver(id: string, reason?: string) {
    return this.#ask(
      `${routeOfWaiver(id)}/end`,
      waiverDetailsSchema,
      send({ reason }),
    );
  }

  async #ask<T>(address: string, schema: Parser<T>, init?: RequestInit) {
    const response = await this.#fetch(address, init);
    return schema.parse(await response.json());
  }

  async #fetch(address: string, init?: RequestInit): Promise<Response> {
    const response = await this.#fetchApi.fetch(
      `plugin://policies${address}`,
      init,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}

function routeOfWaiver(id: string): string {
  return `/waivers/${encodeURIComponent(id)}`;
}

function search(query: object): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) {
      params.append(key, String(one));
    }
  }
  return params.size > 0 ? `?${params}` : '';
}

function send(body: object, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
