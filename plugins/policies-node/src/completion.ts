import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type {
  PolicyNote,
  PolicyRequest,
} from '@slipway/plugin-policies-common';

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
  /**
   * What else would become of a complete request, apart from policies: that it waits for approval, that it is beyond a quota.
   *
   * @throws what keeps it from being found out; nothing is allowed then
   */
  notes?(request: PolicyRequest): Promise<PolicyNote[]>;
}

/**
 * Says what else a request will ask for when it is carried out, so that whoever asks about it is told of all of it before anything is
 * done: a golden path orders a database.
 * @public
 */
export interface PolicyRequestForesight {
  /** The kind of request that it knows, e.g. `TemplateTask`. */
  kind: string;
  /**
   * What will be asked for, to be completed as if a person asked; and what cannot be told before.
   *
   * @throws what keeps it from being found out; nothing is allowed then
   */
  foresee(
    request: PolicyRequest,
  ): Promise<{ requests: PolicyRequest[]; notes: PolicyNote[] }>;
}

/**
 * For modules of the policies plugin: adds what completes requests of people and what foresees others, one for a kind. Plugins that ask say
 * everything about their own requests themselves; what comes of them is foreseen for them, too.
 * @public
 */
export interface PolicyRequestsExtensionPoint {
  addCompletion(completion: PolicyRequestCompletion): void;
  addForesight(foresight: PolicyRequestForesight): void;
}

/** @public */
export const policyRequestsExtensionPoint =
  createExtensionPoint<PolicyRequestsExtensionPoint>({
    id: 'policies.requests',
  });
