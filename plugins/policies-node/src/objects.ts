import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { PolicyRequest } from '@slipway/plugin-policies-common';

/**
 * Something that exists and that the sweep looks at.
 * @public
 */
export interface PolicyObject {
  /** Within its source; the same for as long as the thing exists. */
  id: string;
  /** What the policies are asked, with the operation `exists`. */
  request: Pick<
    PolicyRequest,
    | 'kind'
    | 'object'
    | 'name'
    | 'environment'
    | 'owner'
    | 'labels'
    | 'entityRef'
  >;
  /** A path of the portal that shows the thing. */
  link?: string;
}

/**
 * Where the sweep finds things. Each method may be called on any replica, at any time.
 * @public
 */
export interface PolicyObjectsSource {
  /** The same in all versions: what a source no longer lists is over. */
  id: string;
  /**
   * A page of all that there is, some hundred things at most.
   *
   * @param options - `cursor`: of the page before; `kinds`: those that policies are about, `*` among them when one is about all.
   *   What is of another kind may be left out.
   */
  list(options: {
    cursor?: string;
    kinds: readonly string[];
    signal: AbortSignal;
  }): Promise<{ items: PolicyObject[]; nextCursor?: string }>;
  /** One thing, after a hint that it is new or changed; undefined when it is gone, or not there yet. */
  get(id: string): Promise<PolicyObject | undefined>;
  /**
   * Those of some things that are gone, cheaply: it is asked some times a minute about all that has open violations. A source that hints at
   * what is gone needs none.
   */
  missing?(ids: readonly string[]): Promise<string[]>;
}

/**
 * For modules of the policies plugin: adds sources of what the sweep looks at. The catalog is there already.
 * @public
 */
export interface PolicyObjectsExtensionPoint {
  addSource(source: PolicyObjectsSource): void;
}

/** @public */
export const policyObjectsExtensionPoint =
  createExtensionPoint<PolicyObjectsExtensionPoint>({
    id: 'policies.objects',
  });

/**
 * The source of the catalog's entities; the id of a thing is its ref.
 * @public
 */
export const CATALOG_OBJECTS_SOURCE = 'catalog';
