import { resolvePackagePath } from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestDatabases,
} from '@backstage/backend-test-utils';
import { databaseServiceFactory } from '@backstage/backend-defaults/database';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import scaffolderEntityModel from '@backstage/plugin-catalog-backend-module-scaffolder-entity-model';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import type { Knex } from 'knex';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import scaffolderModuleSlipway from '..';
import type { TestDatabasesPlugin } from './testDatabasesPlugin';
import type { TestGitHost } from './TestGitHost';

const TEMPLATES = resolve(
  resolvePackagePath('@slipway/plugin-scaffolder-backend-module-slipway'),
  '../../templates',
);
const FINAL = ['completed', 'failed', 'cancelled'];

/**
 * The real scaffolder and catalog with our module, on a real Postgres, with our
 * real templates. Whoever calls is `user:default/mock`.
 */
export async function startTestPortal(options: {
  databases: TestDatabases;
  gitHost: TestGitHost;
  databasesPlugin: TestDatabasesPlugin;
  orgFile: string;
}) {
  const knex: Knex = await options.databases.init('POSTGRES_18');
  const { connection } = knex.client.config;
  const backend = await startTestBackend({
    features: [
      mockServices.rootConfig.factory({
        data: {
          app: { baseUrl: 'https://portal.example.com' },
          backend: {
            baseUrl: 'http://localhost:0',
            database: {
              client: 'pg',
              // Knex hides the password from whoever copies its settings.
              connection: { ...connection, password: connection.password },
              pluginDivisionMode: 'schema',
              ensureSchemaExists: true,
            },
          },
          integrations: {
            gitea: [
              {
                host: options.gitHost.host,
                baseUrl: options.gitHost.baseUrl,
                username: 'portal',
                password: 'portal-secret',
              },
            ],
          },
          catalog: {
            rules: [
              {
                allow: [
                  'Template',
                  'User',
                  'Group',
                  'Component',
                  'API',
                  'System',
                ],
              },
            ],
            locations: ['typescript-service', 'remove-what-a-task-made']
              .map(name => `${TEMPLATES}/${name}/template.yaml`)
              .concat(options.orgFile)
              .map(target => ({ type: 'file', target })),
          },
          scaffolder: {
            requireScmUserCredentials: true,
            taskRecovery: { enabled: true, workspaceProvider: 'postgres' },
            slipway: { owners: ['lighthouse'], databaseWaitSeconds: 1 },
          },
        },
      }),
      databaseServiceFactory,
      urlReaderServiceFactory,
      mockServices.permissions.factory({ result: AuthorizeResult.ALLOW }),
      mockServices.userInfo.mock({
        getUserInfo: async () => ({
          userEntityRef: 'user:default/mock',
          ownershipEntityRefs: [
            'user:default/mock',
            'group:default/team-orders',
          ],
        }),
      }).factory,
      catalogPlugin,
      scaffolderEntityModel,
      scaffolderPlugin,
      scaffolderModuleSlipway,
      options.databasesPlugin.feature,
    ],
  });
  const baseUrl = `http://localhost:${backend.server.port()}`;

  async function call(method: string, path: string, body?: unknown) {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: mockCredentials.user.header(),
        'content-type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text ? JSON.parse(text) : undefined,
    };
  }

  async function until<T>(
    look: () => Promise<T | undefined>,
    what: string,
  ): Promise<T> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const found = await look();
      if (found !== undefined) {
        return found;
      }
      await sleep(200);
    }
    throw new Error(`No ${what} within a minute`);
  }

  return {
    knex,
    call,
    until,
    stop: () => backend.stop(),
    /** Waits until the catalog shows an entity. */
    entity: (kind: string, name: string) =>
      until(async () => {
        const { status, body } = await call(
          'GET',
          `/api/catalog/entities/by-name/${kind}/default/${name}`,
        );
        return status === 200 ? body : undefined;
      }, `${kind}:${name}`),
    /** Runs a template; answers when its task has ended. */
    async runTemplate(name: string, values: object, token?: string) {
      const { status, body } = await call('POST', '/api/scaffolder/v2/tasks', {
        templateRef: `template:default/${name}`,
        values,
        ...(token && { secrets: { USER_OAUTH_TOKEN: token } }),
      });
      if (status !== 201) {
        throw new Error(JSON.stringify(body));
      }
      return this.taskEnd(body.id);
    },
    async taskEnd(id: string) {
      const task = await until(async () => {
        const answer = await call('GET', `/api/scaffolder/v2/tasks/${id}`);
        return FINAL.includes(answer.body.status) ? answer.body : undefined;
      }, 'end of the task');
      const { rows } = await knex.raw(
        `SELECT body FROM scaffolder.task_events WHERE task_id = ? ORDER BY id`,
        [id],
      );
      const events = (rows as { body: string }[]).map(row =>
        JSON.parse(row.body),
      );
      return {
        id,
        status: task.status as string,
        log: events.map(event => event.message).join('\n'),
        output: events.at(-1)?.output,
      };
    },
  };
}
