import type { Entity } from '@backstage/catalog-model';
import type {
  PreparerBase,
  PreparerOptions,
  PreparerResponse,
} from '@backstage/plugin-techdocs-node';
import type { DocsSources } from './DocsSources';

/** Lets another preparer read only what {@link DocsSources} allows. */
export class GuardedPreparer implements PreparerBase {
  readonly #inner: PreparerBase;
  readonly #sources: DocsSources;

  static create(inner: PreparerBase, sources: DocsSources): GuardedPreparer {
    return new GuardedPreparer(inner, sources);
  }

  private constructor(inner: PreparerBase, sources: DocsSources) {
    this.#inner = inner;
    this.#sources = sources;
  }

  shouldCleanPreparedDirectory(): boolean {
    return this.#inner.shouldCleanPreparedDirectory();
  }

  /** @throws NotAllowedError when the documentation lies elsewhere */
  async prepare(
    entity: Entity,
    options?: PreparerOptions,
  ): Promise<PreparerResponse> {
    this.#sources.check(entity);
    return this.#inner.prepare(entity, options);
  }
}
