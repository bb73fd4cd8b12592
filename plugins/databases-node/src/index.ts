/**
 * What a provider of databases and a store of secrets must do.
 *
 * @packageDocumentation
 */
export * from './backups';
export * from './checkSecret';
export * from './credentials';
export * from './errors';
export * from './extensions';
export * from './foreign';
export * from './incidents';
export * from './measured';
export * from './observed';
export * from './provider';
export * from './secretName';
export * from './secretStore';
export * from './sharedServer';
export * from './withoutLiterals';
