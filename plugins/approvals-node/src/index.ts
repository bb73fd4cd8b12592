/**
 * How other plugins ask for approvals and learn the outcome.
 *
 * @packageDocumentation
 */
export * from './approvalsService';
export * from './digestOf';
export { ApprovalsClient } from './ApprovalsClient';
