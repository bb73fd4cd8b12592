import { parseEntityRef } from '@backstage/catalog-model';
import { ResponseError } from '@backstage/errors';
import type { FetchApi } from '@backstage/frontend-plugin-api';
import {
  accessSchema,
  givenPermissionsPageSchema,
  handoverSchema,
  orphansSchema,
  permissionHoldersSchema,
  type PermissionsQuery,
  rolesSchema,
} from '@slipway/plugin-access-common';
import type { AccessApi } from './AccessApi';

/**
 * Talks to the access service over HTTP, and checks what it answers.
 * @public
 */
export class AccessClient implements AccessApi {
  readonly #fetchApi: Pick<FetchApi, 'fetch'>;

  static create(options: { fetchApi: Pick<FetchApi, 'fetch'> }): AccessClient {
    return new AccessClient(options.fetchApi);
  }

  private constructor(fetchApi: Pick<FetchApi, 'fetch'>) {
    this.#fetchApi = fetchApi;
  }

  async getMine(query: PermissionsQuery) {
    return accessSchema.parse(await this.#get('/me', { ...query }));
  }

  async getOf(ref: string, query: PermissionsQuery) {
    const { kind, namespace, name } = parseEntityRef(ref);
    const path = [kind, namespace, name].map(encodeURIComponent).join('/');
    return accessSchema.parse(await this.#get(`/people/${path}`, { ...query }));
  }

  async listPermissions(query: PermissionsQuery) {
    return givenPermissionsPageSchema.parse(
      await this.#get('/permissions', { ...query }),
    );
  }

  async getHolders(permission: string, cursor?: string) {
    return permissionHoldersSchema.parse(
      await this.#get(`/permissions/${encodeURIComponent(permission)}`, {
        cursor,
      }),
    );
  }

  async listRoles() {
    return rolesSchema.parse(await this.#get('/roles'));
  }

  async getHandover(subject: string) {
    return handoverSchema.parse(await this.#get('/handover', { subject }));
  }

  async listOrphans() {
    return orphansSchema.parse(await this.#get('/orphans'));
  }

  async #get(
    path: string,
    query: Record<string, string | number | undefined> = {},
  ): Promise<unknown> {
    const params = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) params.set(key, String(value));
    }
    const response = await this.#fetchApi.fetch(
      `plugin://access${path}?${params}`,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}
