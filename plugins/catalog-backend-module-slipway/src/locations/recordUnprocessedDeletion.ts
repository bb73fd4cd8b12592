import type {
  AuditorService,
  DatabaseService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { RequestHandler } from 'express';

/**
 * Puts on record who deletes an entity as one that was never taken in, and what came of it: upstream's route does not.
 *
 * @remarks
 * It stands before that route and reads its answer. The record names the entity, since nothing leads from its id to it once it is gone.
 */
export function recordUnprocessedDeletion(deps: {
  auditor: AuditorService;
  /** The catalog's. */
  database: DatabaseService;
  logger: LoggerService;
}): RequestHandler {
  return async (request, response, next) => {
    const { uid } = request.params;
    const client = await deps.database.getClient();
    const found = await client('refresh_state')
      .where({ entity_id: uid })
      .first('entity_ref');
    const event = await deps.auditor.createEvent({
      eventId: 'entity-unprocessed-delete',
      severityLevel: 'medium',
      request,
      meta: { uid, ...(found && { entityRef: found.entity_ref }) },
    });
    response.on('close', () => {
      const { statusCode, writableFinished } = response;
      const outcome =
        writableFinished && statusCode < 400
          ? event.success()
          : event.fail({
              error: new Error(
                writableFinished
                  ? `Refused with ${statusCode}`
                  : 'Whoever asked hung up before the answer: it may have been deleted.',
              ),
            });
      outcome.catch(error =>
        deps.logger.error(
          'What came of deleting an entity is not on record',
          toError(error),
        ),
      );
    });
    next();
  };
}
