/**
 * How other plugins ask the policies in force, and name what the sweep looks at.
 *
 * @packageDocumentation
 */
export * from './completion';
export * from './objects';
export * from './policiesService';
export { PoliciesClient } from './PoliciesClient';
export * from './PolicyRefusedError';
