export * from './backupStoreConformance';
export * from './collectProviders';
export * from './databaseProviderConformance';
export * from './FaultyLine';
export * from './secretStoreConformance';
export * from './secretTypes';
export * from './types';
