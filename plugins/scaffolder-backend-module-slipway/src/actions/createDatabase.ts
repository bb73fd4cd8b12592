import {
  ConflictError,
  InputError,
  NotAllowedError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { parseInput } from '@slipway/input';
import {
  databaseEntityRef,
  databasePagePath,
  databaseRequestSchema,
  type Database,
  type DatabaseRequest,
} from '@slipway/plugin-databases-common';
import { databaseOrderOf } from '@slipway/plugin-scaffolder-common';
import type { StepContext } from '../lib/StepContext';
import type { DatabasesClient } from '../databases/DatabasesClient';
import { explainLeaving } from '../databases/leaving';
import { waitForOperation } from '../databases/waitForOperation';
import type { Things } from '../things/Things';
import { createDatabaseExamples } from './createDatabase.examples';

/**
 * Orders a database and waits for it, within bounds.
 *
 * @remarks
 *
 * Safe to repeat: the order carries an idempotency key that is stored before it
 * is sent. It never gives out a secret: logins are got on the database's page.
 */
export function createCreateDatabaseAction(options: {
  databases: DatabasesClient;
  things: Things;
  defaultWaitSeconds: number;
}) {
  const { databases, things, defaultWaitSeconds } = options;
  return createTemplateAction({
    id: 'platform:database:create',
    description:
      'Orders a database for a group and waits until it is ready. Ends as "ordered" when that takes longer. Gives out no login.',
    examples: createDatabaseExamples,
    supportsDryRun: true,
    schema: {
      input: {
        name: z =>
          z.string({ description: 'Its name, unique in the environment' }),
        engine: z =>
          z
            .string({ description: 'What kind of database. Default: postgres' })
            .optional(),
        type: z =>
          z.string({ description: 'Another word for engine' }).optional(),
        version: z =>
          z.string({ description: `The engine's version` }).optional(),
        size: z => z.string({ description: 'small, medium, large or xlarge' }),
        environment: z =>
          z.string({ description: 'Where. Default: development' }).optional(),
        owner: z => z.string({ description: 'The group that owns it' }),
        description: z =>
          z.string({ description: 'What the data is for' }).optional(),
        waitSeconds: z =>
          z
            .number({ description: 'How long to wait for it at most' })
            .int()
            .min(0)
            .max(900)
            .optional(),
      },
      output: {
        databaseId: z => z.string({ description: 'Its id' }),
        databaseRef: z => z.string({ description: 'Its environment and name' }),
        entityRef: z => z.string({ description: 'Its entity in the catalog' }),
        state: z =>
          z.enum(['ready', 'ordered'], {
            description: 'Whether it can be used already',
          }),
        message: z => z.string({ description: 'The same for people' }),
      },
    },
    async handler(ctx) {
      const request = toRequest(ctx.input);
      const entityRef = databaseEntityRef(request.name, request.environment);
      const title = `Database ${request.name} in ${request.environment}`;
      ctx.output('databaseRef', `${request.environment}/${request.name}`);
      ctx.output('entityRef', entityRef);
      if (ctx.isDryRun) {
        ctx.logger.info(
          `${title} (${request.engine}, ${request.size}, owned by ${request.owner}) would be ordered.`,
        );
        return;
      }

      const limitMs = (ctx.input.waitSeconds ?? defaultWaitSeconds) * 1_000;
      const credentials = await ctx.getInitiatorCredentials();
      const { databaseId, ready, isAsked } = await things.report(
        ctx,
        async () => {
          const order = await ctx.checkpoint({
            key: `order.${request.environment}.${request.name}.${request.size}.${request.owner}`,
            fn: () => ensureOrdered(ctx, request, title),
          });
          // After a failure somebody may have tried again on its page.
          const current = await databases.findById(order.databaseId, {
            credentials,
          });
          if (current?.state === 'ready') {
            return {
              databaseId: order.databaseId,
              ready: true,
              isAsked: false,
            };
          }
          const operation = await waitForOperation({
            client: databases,
            operation: await databases.getOperation(
              current?.operationId ?? order.operationId,
              { credentials },
            ),
            credentials,
            logger: ctx.logger,
            limitMs,
            signal: ctx.signal,
          });
          if (operation.state === 'failed' || operation.state === 'cancelled') {
            throw new ServiceUnavailableError(
              `${title} could not be made: ${operation.error?.message ?? operation.state}. Its page says what can be done: ${databasePagePath(request.name, request.environment)}`,
            );
          }
          // What ended well may only have asked for approval: nothing here waits for people.
          const after = await databases.findById(order.databaseId, {
            credentials,
          });
          return {
            databaseId: order.databaseId,
            ready: after?.state === 'ready',
            isAsked: after?.state === 'awaiting-approval',
          };
        },
      );

      const ordered = isAsked
        ? `${title} is ordered and waits for approval. Its page says by whom; nothing here waits for it.`
        : `${title} is ordered and not ready yet. Its page shows how far it is; nothing here waits for it.`;
      const message = ready
        ? `${title} is ready. Get a login for yourself on its page.`
        : ordered;
      ctx.logger.info(message);
      ctx.output('databaseId', databaseId);
      ctx.output('state', ready ? 'ready' : 'ordered');
      ctx.output('message', message);
    },
  });

  async function ensureOrdered(
    ctx: StepContext,
    request: DatabaseRequest,
    title: string,
  ) {
    const credentials = await ctx.getInitiatorCredentials();
    const { environment, name } = request;
    const before = await databases.findByName(environment, name, {
      credentials,
    });
    // Asked for otherwise than it is, the order says what is wrong.
    const fits = (found: Database) =>
      found.size === request.size &&
      found.owner === request.owner &&
      found.engine === request.engine;
    const thing = await things.claim(ctx, {
      kind: 'database',
      ref: `${environment}/${name}`,
      title,
      exists: before !== undefined && before.state !== 'deleted',
      leaving: before && explainLeaving(before),
      // When the answer to the order was lost, the order's key decides below.
      isOurs: known =>
        known.state === 'intended' || known.details.databaseId === before?.id,
    });
    if (thing.state === 'made' && before?.operationId && fits(before)) {
      // The order's key is forgotten after a day; what it made is on record for good.
      return { databaseId: before.id, operationId: before.operationId };
    }
    try {
      const { database, operation } = await databases.order(request, {
        idempotencyKey: thing.id,
        credentials,
      });
      await things.confirm(thing, {
        url: databasePagePath(name, environment),
        details: { databaseId: database.id },
      });
      return { databaseId: database.id, operationId: operation.id };
    } catch (error) {
      const refused =
        error instanceof InputError ||
        error instanceof ConflictError ||
        error instanceof NotAllowedError;
      if (refused && !before) {
        await things.forget(thing);
      }
      throw error;
    }
  }
}

/** Takes the short form too: `type` for `engine`, and no environment. */
function toRequest(
  input: Partial<Record<keyof DatabaseRequest | 'type', unknown>>,
): DatabaseRequest {
  const { type, engine } = input;
  if (type !== undefined && engine !== undefined && type !== engine) {
    throw new InputError(
      'engine and type are two words for the same. Give one of them.',
    );
  }
  return parseInput(databaseRequestSchema, databaseOrderOf(input));
}
