/**
 * Types, schemas, permissions and pure functions of approvals.
 *
 * @packageDocumentation
 */
export * from './answerLink';
export * from './approval';
export * from './decide';
export * from './deputy';
export * from './events';
export * from './outcome';
export * from './permissions';
export * from './request';
