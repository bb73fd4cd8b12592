import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  databaseEntityRef,
  type Database,
  type DatabaseEvent,
  type DatabaseOperation,
  type DatabaseOptions,
  type DatabaseQuota,
  type DatabaseRequest,
  type PersonalLogin,
} from '@slipway/plugin-databases-common';
import express from 'express';
import Router from 'express-promise-router';
import { randomUUID } from 'node:crypto';

/** What is offered here: nothing by name, so that nothing is found out. */
const OPTIONS: DatabaseOptions = {
  environments: [],
  sizes: [],
  providers: [],
  approvals: [
    {
      environment: 'development',
      sizes: ['medium'],
      groups: ['group:default/platform-team'],
      required: 1,
    },
  ],
  personalLogins: { defaultHours: 8, maxHours: 24 },
};

/**
 * What the databases plugin answers, without a database behind it: its orders
 * are kept once for each key, and end when the test says so.
 */
export class TestDatabasesPlugin {
  readonly databases: Database[] = [];
  readonly orderedBy: string[] = [];
  /** Who was given a login, also such as have ended. */
  readonly logins: PersonalLogin[] = [];
  /** The timelines, by the ids of their databases. */
  readonly events = new Map<string, DatabaseEvent[]>();
  readonly #orders = new Map<
    string,
    { body: string; id: string; operationId: string }
  >();
  readonly #operations = new Map<string, DatabaseOperation>();
  /** How a new operation goes on: at once, never, or to a failure. */
  outcome: 'succeeded' | 'running' | 'failed' = 'succeeded';
  /** Of whoever orders. */
  quota: DatabaseQuota | undefined;
  /** Orders that are taken, but whose answer is lost. */
  loseNextAnswer = false;

  readonly feature = createBackendPlugin({
    pluginId: 'databases',
    register: env => {
      env.registerInit({
        deps: {
          httpRouter: coreServices.httpRouter,
          httpAuth: coreServices.httpAuth,
        },
        init: async ({ httpRouter, httpAuth }) => {
          const router = Router();
          router.use(express.json());
          router.post('/databases', async (req, res) => {
            const { principal } = await httpAuth.credentials(req, {
              allow: ['user'],
            });
            this.orderedBy.push(principal.userEntityRef);
            const answer = this.#order(
              req.header('idempotency-key'),
              req.body,
              principal.userEntityRef,
            );
            if (this.loseNextAnswer) {
              this.loseNextAnswer = false;
              throw new ServiceUnavailableError('gone in the middle of it');
            }
            res.status(202).json(answer);
          });
          router.get('/options', (_req, res) => res.json(OPTIONS));
          router.get('/quota', (_req, res) => res.json({ quota: this.quota }));
          router.get('/databases/by-name/:environment/:name', (req, res) => {
            const { environment, name } = req.params;
            res.json(
              this.#find(
                one => one.name === name && one.environment === environment,
              ),
            );
          });
          router.get('/databases/:id', (req, res) => {
            res.json(this.#find(one => one.id === req.params.id));
          });
          router.get('/operations/:id', (req, res) => {
            res.json(this.#operations.get(req.params.id));
          });
          router.get('/databases/:id/personal-logins', (req, res) => {
            res.json({
              items: this.logins.filter(
                ({ databaseId }) => databaseId === req.params.id,
              ),
            });
          });
          router.get('/databases/:id/events', (req, res) => {
            res.json({ items: this.events.get(req.params.id) ?? [] });
          });
          router.post('/databases/:id/delete', (req, res) => {
            const database = this.#find(one => one.id === req.params.id);
            if (database.purgeAfter) {
              throw new ConflictError(
                `The data is kept until ${database.purgeAfter} and can be purged after that`,
              );
            }
            database.state = 'suspended';
            database.purgeAfter = '2099-01-01T00:00:00.000Z';
            res.status(202).json({
              database,
              operation: {
                ...this.#operations.get(database.operationId!),
                id: randomUUID(),
                type: 'delete',
                state: 'succeeded',
              },
            });
          });
          httpRouter.use(router);
        },
      });
    },
  });

  /** What happens to the keys of orders a day later. */
  forgetKeys(): void {
    this.#orders.clear();
  }

  #find(matches: (database: Database) => boolean): Database {
    const database = this.databases.find(matches);
    if (!database) {
      throw new NotFoundError('There is no such database.');
    }
    return database;
  }

  #order(key: string | undefined, request: DatabaseRequest, actor: string) {
    if (!key) {
      throw new InputError('Idempotency-Key is missing.');
    }
    const body = JSON.stringify(request);
    const before = this.#orders.get(key);
    if (before && before.body !== body) {
      throw new ConflictError('The key was used for another request.');
    }
    if (before) {
      return {
        database: this.#find(one => one.id === before.id),
        operation: this.#operations.get(before.operationId),
      };
    }
    const taken = this.databases.some(
      one =>
        one.name === request.name && one.environment === request.environment,
    );
    if (taken) {
      throw new ConflictError(
        `name "${request.name}" is taken. Choose another name.`,
      );
    }
    const now = new Date().toISOString();
    const operation: DatabaseOperation = {
      id: randomUUID(),
      databaseId: randomUUID(),
      type: 'create',
      title: 'Create the database',
      state: this.outcome,
      steps: [
        {
          id: 'roles',
          title: 'Make the roles',
          state: this.outcome === 'running' ? 'running' : 'succeeded',
          attempt: 1,
        },
      ],
      ...(this.outcome === 'failed' && {
        error: { kind: 'terminal', message: 'The server is full.' },
      }),
      actor,
      createdAt: now,
    };
    const database: Database = {
      id: operation.databaseId,
      ...request,
      state: this.outcome === 'succeeded' ? 'ready' : 'provisioning',
      conditions: [],
      entityRef: databaseEntityRef(request.name, request.environment),
      revision: 1,
      operationId: operation.id,
      createdBy: actor,
      createdAt: now,
      updatedAt: now,
    };
    this.databases.push(database);
    this.#operations.set(operation.id, operation);
    this.#orders.set(key, {
      body,
      id: database.id,
      operationId: operation.id,
    });
    return { database, operation };
  }
}
