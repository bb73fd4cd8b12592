import type {
  AuditorService,
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { NotAllowedError } from '@backstage/errors';
import { parseInput } from '@slipway/input';
import { extendRequestSchema } from '@slipway/plugin-databases-common';
import {
  assertStorable,
  audited,
  type ChangeLimit,
  type UserCredentials,
} from '@slipway/backend-utils';
import { begun, ordered } from '../auditedMeta';
import type { ChangesService } from '../services/ChangesService';
import type { DatabasesService } from '../services/DatabasesService';
import type { OrdersService } from '../services/OrdersService';

/** Offers databases to agents, templates and the command line: to look, to order and to extend, nothing that takes anything away. */
export function registerActions(deps: {
  actionsRegistry: ActionsRegistryService;
  auditor: AuditorService;
  auth: AuthService;
  changeLimit: ChangeLimit;
  changes: ChangesService;
  databases: DatabasesService;
  orders: OrdersService;
}): void {
  const { databases, orders } = deps;
  const actionsRegistry = refusingUnstorableText(deps.actionsRegistry);

  actionsRegistry.register({
    name: 'list-databases',
    title: 'List databases',
    description:
      'Lists the databases that you may see, 50 at a time, with their state, owner and endpoint.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z.object({
          search: z.string().optional().describe('Part of the name'),
          environment: z.string().optional(),
          owner: z
            .string()
            .optional()
            .describe('A group, such as group:default/team-orders'),
          offset: z.number().int().min(0).optional(),
        }),
      output: z =>
        z.object({ items: z.array(z.record(z.any())), totalItems: z.number() }),
    },
    action: async ({ input, credentials }) => {
      const { search, environment, owner, offset } = input;
      const page = await databases.list(
        {
          search,
          offset,
          environment: environment ? [environment] : undefined,
          owner: owner ? [owner] : undefined,
        },
        credentials,
      );
      return { output: page };
    },
  });

  actionsRegistry.register({
    name: 'get-database',
    title: 'Get a database',
    description:
      'Shows one database by its environment and name: state, endpoint, limits and price.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z => z.object({ environment: z.string(), name: z.string() }),
      output: z => z.object({ database: z.record(z.any()) }),
    },
    action: async ({ input, credentials }) => ({
      output: {
        database: await databases.getByName(
          input.environment,
          input.name,
          credentials,
        ),
      },
    }),
  });

  actionsRegistry.register({
    name: 'order-database',
    title: 'Order a database',
    description:
      'Orders a database for a group that you belong to. Give the same idempotencyKey to repeat an order safely. It is ready when its state is "ready".',
    attributes: { readOnly: false, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z.object({
          idempotencyKey: z
            .string()
            .describe('New for each new order; a UUID is a good one'),
          name: z.string(),
          engine: z.string(),
          version: z.string().optional(),
          size: z.string(),
          environment: z.string(),
          owner: z.string(),
          description: z.string().optional(),
          expiresAt: z
            .string()
            .optional()
            .describe('When it ends, such as 2027-01-31'),
          cloneOf: z
            .string()
            .optional()
            .describe('The id of a database whose data it begins with'),
        }),
      output: z =>
        z.object({
          database: z.record(z.any()),
          operation: z.record(z.any()),
          warnings: z
            .array(z.record(z.any()))
            .optional()
            .describe('What policies warn of'),
        }),
    },
    action: async ({ input, credentials }) => {
      const person = asUser(deps.auth, credentials);
      await deps.changeLimit.count(person.principal.userEntityRef);
      const { idempotencyKey, ...rest } = input;
      const request = orders.parse(rest);
      const { name, environment, owner } = request;
      const { accepted } = await audited(
        deps.auditor,
        {
          eventId: 'database-create',
          meta: { name, environment, owner, through: 'action' },
          credentials: person,
          done: ordered,
        },
        async () =>
          orders.order(request, {
            idempotencyKey,
            credentials: person,
            source: 'mcp',
          }),
      );
      return { output: accepted };
    },
  });

  actionsRegistry.register({
    name: 'extend-database',
    title: 'Extend a database',
    description:
      'Gives a database that ends a later end, as far as its environment and the policies allow. Give the same idempotencyKey to repeat it safely.',
    attributes: { readOnly: false, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z.object({
          idempotencyKey: z
            .string()
            .describe('New for each new extension; a UUID is a good one'),
          environment: z.string(),
          name: z.string(),
          expiresAt: z.string().describe('The new end, such as 2027-01-31'),
        }),
      output: z =>
        z.object({
          database: z.record(z.any()),
          operation: z.record(z.any()),
          warnings: z.array(z.record(z.any())).optional(),
        }),
    },
    action: async ({ input, credentials }) => {
      const person = asUser(deps.auth, credentials);
      await deps.changeLimit.count(person.principal.userEntityRef);
      const { idempotencyKey, environment, name, expiresAt } = input;
      const { id } = await databases.getByName(environment, name, person);
      await deps.changes.assertMay(id, 'extend', person);
      const request = parseInput(extendRequestSchema, { expiresAt });
      const accepted = await audited(
        deps.auditor,
        {
          eventId: 'database-extend',
          meta: {
            databaseId: id,
            name,
            environment,
            ...request,
            through: 'action',
          },
          credentials: person,
          done: begun,
        },
        () =>
          deps.changes.change(
            id,
            { type: 'extend', ...request },
            { idempotencyKey, credentials: person, source: 'mcp' },
          ),
      );
      return { output: accepted };
    },
  });
}

/** As the HTTP routes do, for every action alike. */
function refusingUnstorableText(
  registry: ActionsRegistryService,
): ActionsRegistryService {
  return {
    register: options =>
      registry.register({
        ...options,
        action: context => {
          assertStorable('input', context.input);
          return options.action(context);
        },
      }),
  };
}

function asUser(
  auth: AuthService,
  credentials: BackstageCredentials,
): UserCredentials {
  if (!auth.isPrincipal(credentials, 'user')) {
    throw new NotAllowedError('Only people order databases');
  }
  return credentials;
}
