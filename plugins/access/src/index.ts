/**
 * What one may do and why, and who may do what.
 *
 * @packageDocumentation
 */
export { type AccessApi, accessApiRef } from './api/AccessApi';
export { AccessClient } from './api/AccessClient';
export { accessPlugin as default } from './plugin';
