/**
 * Compliance in the portal: rates, violations, policies and waivers.
 *
 * @packageDocumentation
 */
export { policiesPlugin as default } from './plugin';
