export * from './compliance';
export * from './events';
export * from './finding';
export * from './paths';
export * from './permissions';
export * from './policy';
export * from './violation';
export * from './waiver';
