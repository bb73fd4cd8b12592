/**
 * Lets the sweep of policies look at databases.
 *
 * @packageDocumentation
 */
export { policiesModuleDatabases as default } from './module';
