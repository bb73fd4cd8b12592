/**
 * The approvals service: requests, votes, decisions.
 *
 * @packageDocumentation
 */
export { approvalsPlugin as default } from './plugin';
