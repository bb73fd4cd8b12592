import type {
  AuthService,
  DiscoveryService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { toError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';

const PAGE = 200;
const HOUR_MS = 3_600_000;
/** Documentation that is there is looked at again after this, for what nobody has opened since. */
const REFRESH_MS = 24 * HOUR_MS;
const RETRY_MS = HOUR_MS;

/**
 * Builds documentation before anybody opens it. Upstream builds it for its first reader, and the search knows only what
 * is built: what nobody has found yet could never be found.
 */
export class DocsBuilder {
  readonly #options: DocsBuilderOptions;
  /** When to look again, by entity; what is not in it is looked at now. */
  readonly #nextLook = new Map<string, number>();

  static create(options: DocsBuilderOptions): DocsBuilder {
    return new DocsBuilder(options);
  }

  private constructor(options: DocsBuilderOptions) {
    this.#options = options;
  }

  /** Goes once through all entities that have documentation, and builds what is missing or old, one after the other. */
  async run(signal: AbortSignal): Promise<void> {
    const { catalog, auth, logger } = this.#options;
    const credentials = await auth.getOwnServiceCredentials();
    let cursor: string | undefined;
    do {
      const { items, pageInfo } = await catalog.queryEntities(
        cursor
          ? { cursor, limit: PAGE }
          : {
              filter: {
                'metadata.annotations.backstage.io/techdocs-ref':
                  CATALOG_FILTER_EXISTS,
              },
              fields: ['kind', 'metadata.name', 'metadata.namespace'],
              limit: PAGE,
            },
        { credentials },
      );
      cursor = pageInfo.nextCursor;
      for (const entity of items) {
        if (signal.aborted) {
          return;
        }
        const ref = stringifyEntityRef(entity);
        if (Date.now() < (this.#nextLook.get(ref) ?? 0)) {
          continue;
        }
        try {
          await this.#look(ref, entity);
          this.#nextLook.set(ref, Date.now() + REFRESH_MS);
        } catch (error) {
          this.#nextLook.set(ref, Date.now() + RETRY_MS);
          logger.warn(
            `The documentation of ${ref} could not be built; it is tried again in an hour`,
            toError(error),
          );
        }
      }
    } while (cursor);
  }

  async #look(ref: string, entity: Entity): Promise<void> {
    const { kind, metadata } = entity;
    const path = [metadata.namespace ?? 'default', kind, metadata.name]
      .map(encodeURIComponent)
      .join('/');
    const known = await this.#get(`/metadata/techdocs/${path}`);
    if (known.ok) {
      const { build_timestamp: builtAt } = await known.json();
      if (Date.now() - Number(builtAt) < REFRESH_MS) {
        return;
      }
    } else {
      await known.body?.cancel();
      if (known.status !== 404) {
        throw new Error(`techdocs answered ${known.status}`);
      }
    }
    // The answer is a stream of events that ends when the build has ended.
    const log = await (await this.#get(`/sync/${path}`)).text();
    const failure = /^event: error\ndata: (.*)$/m.exec(log)?.[1];
    if (failure) {
      throw new Error(failure);
    }
    if (/^event: finish\ndata: .*"updated":true/m.test(log)) {
      this.#options.logger.info(`Built the documentation of ${ref}`);
    }
  }

  async #get(path: string): Promise<Response> {
    const { auth, discovery } = this.#options;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await auth.getOwnServiceCredentials(),
      targetPluginId: 'techdocs',
    });
    return fetch(`${await discovery.getBaseUrl('techdocs')}${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
  }
}

/** @internal */
export interface DocsBuilderOptions {
  auth: AuthService;
  catalog: CatalogService;
  discovery: DiscoveryService;
  logger: LoggerService;
}
