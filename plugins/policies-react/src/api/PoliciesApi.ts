import { createApiRef } from '@backstage/frontend-plugin-api';
import type {
  Compliance,
  PoliciesList,
  PoliciesState,
  PolicyAnswer,
  PolicyDetails,
  PolicyRequest,
  PolicyViolation,
  PolicyWaiverDetails,
  ViolationsFilter,
  ViolationsPage,
  ViolationsQuery,
  WaiverEventsPage,
  WaiverRequestInput,
  WaiversPage,
  WaiversQuery,
} from '@slipway/plugin-policies-common';

/**
 * The policies service. All methods throw a `ResponseError` when the service refuses; it names
 * the field and the way out.
 *
 * @public
 */
export interface PoliciesApi {
  listPolicies(): Promise<PoliciesList>;
  getPolicy(name: string): Promise<PolicyDetails>;
  getState(): Promise<PoliciesState>;
  /** What the policies in force say. Nothing happens by asking. */
  evaluate(
    request: PolicyRequest,
    options?: { signal?: AbortSignal },
  ): Promise<PolicyAnswer>;
  listViolations(query?: ViolationsQuery): Promise<ViolationsPage>;
  getViolation(id: string): Promise<PolicyViolation>;
  /** All violations that match, as a file. */
  exportViolations(
    format: 'csv' | 'json',
    filter: ViolationsFilter,
  ): Promise<Blob>;
  /** @param query - days in UTC, such as 2026-01-31; the last 30 when left out */
  getCompliance(query?: {
    from?: string;
    to?: string;
    owner?: string[];
    policy?: string[];
    mine?: boolean;
  }): Promise<Compliance>;
  /** Looks at everything that exists, soon. For administrators. */
  startSweep(): Promise<PoliciesState>;
  listWaivers(query?: WaiversQuery): Promise<WaiversPage>;
  getWaiver(id: string): Promise<PolicyWaiverDetails>;
  /** The timeline, oldest first. */
  getWaiverEvents(id: string, cursor?: string): Promise<WaiverEventsPage>;
  /** @param key - the same for each attempt of the same request */
  requestWaiver(
    waiver: WaiverRequestInput,
    key: string,
  ): Promise<PolicyWaiverDetails>;
  withdrawWaiver(id: string, reason?: string): Promise<PolicyWaiverDetails>;
  endWaiver(id: string, reason?: string): Promise<PolicyWaiverDetails>;
}

/** @public */
export const policiesApiRef = createApiRef<PoliciesApi>().with({
  id: 'plugin.policies.client',
  pluginId: 'policies',
});
