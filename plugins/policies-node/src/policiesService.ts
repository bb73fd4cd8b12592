import {
  coreServices,
  createServiceFactory,
  createServiceRef,
  type BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type {
  PolicyAnswer,
  PolicyRequest,
} from '@slipway/plugin-policies-common';
import { PoliciesClient } from './PoliciesClient';

/**
 * Who asks.
 * @public
 */
export interface AskOptions {
  /** Of the person whom it is for, where `request.user` does not say. An agent's name the agent, too. */
  credentials?: BackstageCredentials;
  /**
   * Ask as the person of the credentials: for what another plugin will do for them, so that what that plugin would find out is filled in.
   */
  asPerson?: boolean;
}

/**
 * Asks the policies in force, for the plugin that it was given to.
 * @public
 */
export interface PoliciesService {
  /**
   * What the policies say. Nothing is refused by asking.
   *
   * @throws ServiceUnavailableError when it cannot be known: do nothing then
   */
  evaluate(request: PolicyRequest, options?: AskOptions): Promise<PolicyAnswer>;
  /**
   * Refuses what the policies deny. To be called before anything is done; what it returns holds what to warn of, see
   * `isWarning`.
   *
   * @throws {@link PolicyRefusedError} with the findings
   * @throws ServiceUnavailableError when it cannot be known what the policies say: nothing is done then
   */
  enforce(request: PolicyRequest, options?: AskOptions): Promise<PolicyAnswer>;
  /**
   * What the policies in force are about, and a text that changes whenever an answer may: for whoever keeps answers.
   *
   * @throws ServiceUnavailableError when it cannot be known
   */
  version(): Promise<{ version: string; kinds: string[] }>;
}

/**
 * The policies service, by HTTP with the plugin's own credentials.
 * @public
 */
export const policiesServiceRef = createServiceRef<PoliciesService>({
  id: 'slipway.policies',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {
        auth: coreServices.auth,
        discovery: coreServices.discovery,
        userInfo: coreServices.userInfo,
      },
      factory: deps => PoliciesClient.create(deps),
    }),
});
