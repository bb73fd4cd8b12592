export * from './definitions';
export * from './types';
export * from './errors';
export { Machine, defineOperation } from './machine';
export { migrate } from './migrate';
export { listActors } from './database/reading';
export {
  DurableOperations,
  type DurableOperationsOptions,
} from './DurableOperations';
export {
  DurableResources,
  type DurableResourcesOptions,
} from './DurableResources';
