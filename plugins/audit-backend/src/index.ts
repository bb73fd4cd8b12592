/**
 * The audit trail: stores, chains, signs and shows what happened.
 *
 * @packageDocumentation
 */
export { auditPlugin as default } from './plugin';
