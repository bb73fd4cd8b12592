/**
 * A provider to copy: databases that another team hands out by an HTTP API.
 *
 * @packageDocumentation
 */
export { databasesModuleExample as default } from './module';
export { ExampleDatabaseProvider } from './ExampleDatabaseProvider';
export { readExampleProviders, type ExampleProviderConfig } from './config';
