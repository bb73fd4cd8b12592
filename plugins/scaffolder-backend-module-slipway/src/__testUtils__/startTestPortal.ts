import {
  createServiceFactory,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestDatabases,
} from '@backstage/backend-test-utils';
import { databaseServiceFactory } from '@backstage/backend-defaults/database';
import { httpAuthServiceFactory } from '@backstage/backend-defaults/httpAuth';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import scaffolderEntityModel from '@backstage/plugin-catalog-backend-module-scaffolder-entity-model';
import {
  notificationService,
  type NotificationSendOptions,
} from '@backstage/plugin-notifications-node';
import permissionPlugin from '@backstage/plugin-permission-backend';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the real counterpart, in tests only
import policiesPlugin from '@slipway/plugin-policies-backend';
import policiesModuleDatabases from '@slipway/plugin-policies-backend-module-databases';
import slipwayPolicy from '@slipway/plugin-permission-backend-module-slipway';
import type { Knex } from 'knex';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import scaffolderModuleSlipway from '..';
// eslint-disable-next-line @backstage/no-relative-monorepo-imports -- for tests, and no part of that package's interface
import { authFactory } from '../../../permission-backend-module-slipway/src/__testUtils__/authFactory';
import type { TestDatabasesPlugin } from './testDatabasesPlugin';
import { TestPolicies } from './TestPolicies';
import type { TestGitHost } from './TestGitHost';

const TEMPLATES = resolve(
  resolvePackagePath('@slipway/plugin-scaffolder-backend-module-slipway'),
  '../../templates',
);
const GROUPS: Record<string, string[]> = {
  'user:default/mock': ['group:default/team-orders'],
  'user:default/ines': ['group:default/team-payments'],
  'user:default/ada': ['group:default/platform-team'],
};
const FINAL = ['completed', 'failed', 'cancelled'];

/**
 * The real scaffolder and catalog with our module, on a real Postgres, with our
 * real templates and our real policy. Whoever calls is `user:default/mock`, who
 * belongs to team-orders, unless it is said otherwise.
 */
export async function startTestPortal(options: {
  databases: TestDatabases;
  gitHost: TestGitHost;
  databasesPlugin: TestDatabasesPlugin;
  orgFile: string;
  /** A folder of policies, for the real policies plugin in place of the stand-in. */
  policiesFolder?: string;
}) {
  const knex: Knex = await options.databases.init('POSTGRES_18');
  const { connection } = knex.client.config;
  const policies = new TestPolicies();
  const notices: NotificationSendOptions[] = [];
  const audit: { eventId: string; meta?: object }[] = [];
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
          permission: {
            enabled: true,
            slipway: { administrators: ['platform-team'] },
          },
          // People sign in to the git host, and publish with their own rights.
          auth: { providers: { gitea: { test: {} } } },
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
          policies: {
            locations: [
              { type: 'file', target: options.policiesFolder ?? 'none' },
            ],
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
      authFactory,
      httpAuthServiceFactory,
      permissionPlugin,
      slipwayPolicy,
      mockServices.auditor.mock({
        createEvent: async ({ eventId, meta }) => {
          audit.push({ eventId, meta });
          return { success: async () => {}, fail: async () => {} };
        },
      }).factory,
      mockServices.userInfo.mock({
        getUserInfo: async ({ principal }) => {
          const { userEntityRef } = principal as { userEntityRef: string };
          return {
            userEntityRef,
            ownershipEntityRefs: [userEntityRef, ...GROUPS[userEntityRef]],
          };
        },
      }).factory,
      createServiceFactory({
        service: notificationService,
        deps: {},
        factory: () => ({
          send: async notice => {
            notices.push(notice);
          },
        }),
      }),
      catalogPlugin,
      scaffolderEntityModel,
      scaffolderPlugin,
      scaffolderModuleSlipway,
      ...(options.policiesFolder
        ? [policiesPlugin, policiesModuleDatabases]
        : [policies.feature]),
      options.databasesPlugin.feature,
    ],
  });
  const baseUrl = `http://localhost:${backend.server.port()}`;

  async function call(
    method: string,
    path: string,
    body?: unknown,
    user?: string,
    /** What acts for them. */
    actor?: string,
  ) {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${mockCredentials.user.token(
          user,
          actor ? { actor: { subject: actor } } : undefined,
        )}`,
        'content-type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
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
    baseUrl,
    knex,
    policies,
    /** What was put on record. */
    audit,
    /** What people were told. */
    notices,
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
    async runTemplate(
      name: string,
      values: object,
      token?: string,
      user?: string,
    ) {
      const { status, body } = await call(
        'POST',
        '/api/scaffolder/v2/tasks',
        {
          templateRef: `template:default/${name}`,
          values,
          ...(token && { secrets: { USER_OAUTH_TOKEN: token } }),
        },
        user,
      );
      if (status !== 201) {
        throw new Error(JSON.stringify(body));
      }
      return this.taskEnd(body.id, user);
    },
    async taskEnd(id: string, user?: string) {
      const task = await until(async () => {
        const answer = await call(
          'GET',
          `/api/scaffolder/v2/tasks/${id}`,
          undefined,
          user,
        );
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
