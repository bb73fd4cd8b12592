export * from './databaseProviderConformance';
export * from './types';
