import type { AuthService } from '@backstage/backend-plugin-api';
import { parseEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';

/** Asked for at once. */
const PAGE = 500;

/** Tells which owners there are: policies see what a thing says of its owner, and not the catalog. */
export class Owners {
  readonly #auth: AuthService;
  readonly #catalog: CatalogService;

  static create(deps: { auth: AuthService; catalog: CatalogService }): Owners {
    return new Owners(deps);
  }

  private constructor(deps: { auth: AuthService; catalog: CatalogService }) {
    this.#auth = deps.auth;
    this.#catalog = deps.catalog;
  }

  /** Those of some owners that the catalog does not have, and what is no reference at all. */
  async unknown(owners: readonly string[]): Promise<Set<string>> {
    const refs = owners.filter(isRef);
    const unknown = new Set(owners.filter(owner => !isRef(owner)));
    const credentials = await this.#auth.getOwnServiceCredentials();
    for (let from = 0; from < refs.length; from += PAGE) {
      const page = refs.slice(from, from + PAGE);
      const { items } = await this.#catalog.getEntitiesByRefs(
        {
          entityRefs: page,
          fields: ['kind', 'metadata.namespace', 'metadata.name'],
        },
        { credentials },
      );
      page
        .filter((_, index) => !items[index])
        .forEach(owner => unknown.add(owner));
    }
    return unknown;
  }
}

function isRef(owner: string): boolean {
  try {
    parseEntityRef(owner);
    return true;
  } catch {
    return false;
  }
}
