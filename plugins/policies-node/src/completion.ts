import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { PolicyRequest } from '@slipway/plugin-policies-common';

/**
 * Fills in what a person who asks about a request does not say, and what the plugin that would do it finds out: a price, a version.
 * Without it a form or an agent would be answered otherwise than the request itself.
 * @public
 */
export interface PolicyRequestCompletion {
  /** The kind of request that it knows, e.g. `DatabaseRequest`. */
  kind: string;
  /**
   * The request as the plugin itself would ask. What the plugin finds out takes the place of what somebody says of it. What cannot be
   * found out because the request is not complete, as while somebody types, is left out.
   *
   * @throws what keeps it from being found out; nothing is allowed then
   */
  complete(request: PolicyRequest): Promise<PolicyRequest>;
}

/**
 * For modules of the policies plugin: adds what completes requests of people, one for a kind. Plugins that ask say everything
 * themselves.
 * @public
 */
export interface PolicyRequestsExtensionPoint {
  addCompletion(completion: PolicyRequestCompletion): void;
}

/** @public */
export const policyRequestsExtensionPoint =
  createExtensionPoint<PolicyRequestsExtensionPoint>({
    id: 'policies.requests',
  });
