/**
 * Who may do what and why, and what somebody leaves behind.
 *
 * @packageDocumentation
 */
export { accessPlugin as default } from './plugin';
