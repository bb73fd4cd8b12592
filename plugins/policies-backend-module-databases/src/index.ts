/**
 * Lets the sweep of policies look at databases, and people ask about orders.
 *
 * @packageDocumentation
 */
export { policiesModuleDatabases as default } from './module';
