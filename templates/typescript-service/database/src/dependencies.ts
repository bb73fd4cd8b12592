import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { openDatabase } from './database.ts';
import type { Check } from './health.ts';
import { addItemRoutes } from './items.ts';

/** What the service needs from outside, and what it offers with it. */
export interface Dependencies {
  checks: Check[];
  addRoutes(app: FastifyInstance): void;
  /** Brings what is outside into the shape this version needs. */
  prepare(logger: FastifyBaseLogger): Promise<void>;
  close(): Promise<void>;
}

/** Reads where things are; connects when they are first used. */
export function openDependencies(environment: NodeJS.ProcessEnv): Dependencies {
  const database = openDatabase(environment);
  return {
    checks: [{ name: 'database', run: () => database.ping() }],
    addRoutes: app => {
      addItemRoutes(app, database.pool);
    },
    prepare: logger => database.migrate(logger),
    close: () => database.close(),
  };
}
