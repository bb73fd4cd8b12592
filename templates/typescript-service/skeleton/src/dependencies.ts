import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Check } from './health.ts';

/** What the service needs from outside, and what it offers with it. */
export interface Dependencies {
  checks: Check[];
  addRoutes(app: FastifyInstance): void;
  /** Brings what is outside into the shape this version needs. */
  prepare(logger: FastifyBaseLogger): Promise<void>;
  close(): Promise<void>;
}

/** Finds what is outside by what the environment says. */
export type OpenDependencies = (environment: NodeJS.ProcessEnv) => Dependencies;

/** This service needs nothing from outside yet. */
export const openDependencies: OpenDependencies = () => {
  return {
    checks: [],
    addRoutes: () => undefined,
    prepare: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
};
