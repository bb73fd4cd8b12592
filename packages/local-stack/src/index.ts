export { Advice } from './Advice.ts';
export * from './git-host/index.ts';
export { endWithUs } from './processes/endWithUs.ts';
export { recordProcesses, stopLeftovers } from './processes/leftovers.mjs';
export {
  identityOf,
  isAlive,
  stopProcess,
  type ProcessIdentity,
} from './processes/processes.mjs';
export {
  preparePostgres,
  type PostgresConnection,
  type PostgresOptions,
} from './postgres/PostgresServer.ts';
export {
  SupervisedProcess,
  type ProcessSpec,
} from './supervisor/SupervisedProcess.ts';
