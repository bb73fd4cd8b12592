import { ResponseError } from '@backstage/errors';
import type { FetchApi } from '@backstage/frontend-plugin-api';
import {
  blastRadiusSchema,
  type CostGrouping,
  type CostQuery,
  costRowsSchema,
  costsSchema,
  databaseAcceptedSchema,
  databaseBackupsPageSchema,
  databaseEventsPageSchema,
  databaseHealthSchema,
  databaseOperationSchema,
  databaseOptionsSchema,
  databaseQuotaAnswerSchema,
  type DatabaseRequestInput,
  databaseRotationSchema,
  databaseSchema,
  type DatabasesQuery,
  databasesPageSchema,
  type DeletionRequest,
  type ExtendRequest,
  foreignDatabaseReportSchema,
  foreignDatabasesSchema,
  importServersSchema,
  type HandOnRequestInput,
  idleDatabasesSchema,
  type PersonalLoginRequest,
  personalLoginRevealSchema,
  personalLoginsPageSchema,
  type ResizeRequest,
  type RestoreRequest,
  slowQueriesSchema,
} from '@slipway/plugin-databases-common';
import type { DatabaseChange, DatabasesApi } from './DatabasesApi';

/** What of a schema is used here. */
interface Parser<T> {
  parse(value: unknown): T;
}

/**
 * Talks to the databases service over HTTP, and checks what it answers.
 * @public
 */
export class DatabasesClient implements DatabasesApi {
  readonly #fetchApi: Pick<FetchApi, 'fetch'>;

  static create(options: {
    fetchApi: Pick<FetchApi, 'fetch'>;
  }): DatabasesClient {
    return new DatabasesClient(options.fetchApi);
  }

  private constructor(fetchApi: Pick<FetchApi, 'fetch'>) {
    this.#fetchApi = fetchApi;
  }

  getOptions() {
    return this.#ask('/options', databaseOptionsSchema);
  }

  async getQuota(place: {
    owner: string;
    environment: string;
    engine: string;
  }) {
    const { quota } = await this.#ask(
      `/quota?${new URLSearchParams(place)}`,
      databaseQuotaAnswerSchema,
    );
    return quota;
  }

  list(query: DatabasesQuery = {}) {
    const params = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined && one !== '') {
          params.append(key, String(one));
        }
      }
    }
    return this.#ask(`/databases?${params}`, databasesPageSchema);
  }

  get(id: string) {
    return this.#ask(`/databases/${encodeURIComponent(id)}`, databaseSchema);
  }

  getByName(environment: string, name: string) {
    const path = [environment, name].map(encodeURIComponent).join('/');
    return this.#ask(`/databases/by-name/${path}`, databaseSchema);
  }

  order(request: DatabaseRequestInput, key: string) {
    return this.#ask(
      '/databases',
      databaseAcceptedSchema,
      post(request, { 'idempotency-key': key }),
    );
  }

  getBlastRadius(id: string) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/blast-radius`,
      blastRadiusSchema,
    );
  }

  change(
    id: string,
    change: DatabaseChange,
    key: string,
    options: DeletionRequest = {},
  ) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/${change}`,
      databaseAcceptedSchema,
      post(options, { 'idempotency-key': key }),
    );
  }

  handOn(id: string, request: HandOnRequestInput, key: string) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/owner`,
      databaseAcceptedSchema,
      post(request, { 'idempotency-key': key }),
    );
  }

  getCosts(query: CostQuery, by: CostGrouping) {
    return this.#ask(`/costs?${toParams({ ...query, by })}`, costsSchema);
  }

  listCosts(query: CostQuery, page: { offset: number; limit: number }) {
    return this.#ask(
      `/costs/rows?${toParams({ ...query, ...page })}`,
      costRowsSchema,
    );
  }

  async exportCosts(format: 'csv' | 'json', query: CostQuery) {
    const response = await this.#fetch(
      `/costs/export?${toParams({ ...query, format })}`,
    );
    return response.blob();
  }

  listIdle() {
    return this.#ask('/costs/idle', idleDatabasesSchema);
  }

  getHealth(id: string, days: number) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/health?days=${days}`,
      databaseHealthSchema,
    );
  }

  getSlowQueries(id: string) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/slow-queries`,
      slowQueriesSchema,
    );
  }

  listBackups(id: string, cursor?: string) {
    const params = new URLSearchParams(cursor ? { cursor } : {});
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/backups?${params}`,
      databaseBackupsPageSchema,
    );
  }

  restore(id: string, request: RestoreRequest, key: string) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/restore`,
      databaseAcceptedSchema,
      post(request, { 'idempotency-key': key }),
    );
  }

  resize(id: string, request: ResizeRequest, key: string) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/resize`,
      databaseAcceptedSchema,
      post(request, { 'idempotency-key': key }),
    );
  }

  getRotation(id: string) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/rotation`,
      databaseRotationSchema,
    );
  }

  extend(id: string, request: ExtendRequest, key: string) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/extend`,
      databaseAcceptedSchema,
      post(request, { 'idempotency-key': key }),
    );
  }

  async listImportServers() {
    const { items } = await this.#ask('/imports', importServersSchema);
    return items;
  }

  listForeign(providerId: string) {
    return this.#ask(
      `/imports/${encodeURIComponent(providerId)}`,
      foreignDatabasesSchema,
    );
  }

  inspectForeign(providerId: string, name: string) {
    const path = [providerId, name].map(encodeURIComponent).join('/');
    return this.#ask(`/imports/${path}`, foreignDatabaseReportSchema);
  }

  getEvents(id: string, cursor?: string) {
    const params = new URLSearchParams(cursor ? { cursor } : {});
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/events?${params}`,
      databaseEventsPageSchema,
    );
  }

  getOperation(id: string) {
    return this.#ask(
      `/operations/${encodeURIComponent(id)}`,
      databaseOperationSchema,
    );
  }

  async listPersonalLogins(id: string) {
    const page = await this.#ask(
      `/databases/${encodeURIComponent(id)}/personal-logins`,
      personalLoginsPageSchema,
    );
    return page.items;
  }

  createPersonalLogin(id: string, request: PersonalLoginRequest) {
    return this.#ask(
      `/databases/${encodeURIComponent(id)}/personal-logins`,
      personalLoginRevealSchema,
      post(request),
    );
  }

  async revokePersonalLogin(id: string, loginId: string) {
    const path = [id, loginId].map(encodeURIComponent);
    await this.#fetch(`/databases/${path[0]}/personal-logins/${path[1]}`, {
      method: 'DELETE',
    });
  }

  async #ask<T>(path: string, schema: Parser<T>, init?: RequestInit) {
    const response = await this.#fetch(path, init);
    return schema.parse(await response.json());
  }

  async #fetch(path: string, init?: RequestInit): Promise<Response> {
    const response = await this.#fetchApi.fetch(
      `plugin://databases${path}`,
      init,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}

function toParams(query: object): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) params.append(name, String(value));
  }
  return params;
}

function post(body: object, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
