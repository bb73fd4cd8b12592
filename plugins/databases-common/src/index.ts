/**
 * Types, schemas, permissions and pure functions of databases.
 *
 * @packageDocumentation
 */
export * from './backup';
export * from './blastRadius';
export * from './cost';
export * from './database';
export * from './engine';
export * from './entity';
export * from './events';
export * from './expiry';
export * from './foreign';
export * from './handOn';
export * from './health';
export * from './names';
export * from './operation';
export * from './page';
export * from './pause';
export * from './permissions';
export * from './personalLogin';
export * from './plan';
export * from './protection';
export * from './quota';
export * from './request';
export * from './resize';
export * from './rotation';
export * from './states';
