import { NotFoundError } from '@backstage/errors';
import type { Router } from 'express';
import createRouter from 'express-promise-router';
import { z } from 'zod';

/**
 * Says of what cannot be a task that there is none.
 *
 * @remarks
 * The scaffolder asks Postgres for any id, and a word that is no UUID came back as an internal error. These stand before its own
 * routes and pass on to them.
 */
export function createTaskIdCheck(): Router {
  const router = createRouter();
  router.param('taskId', (_request, _response, next, id) => {
    next(
      z.guid().safeParse(id).success
        ? undefined
        : new NotFoundError('There is no task with this id.'),
    );
  });
  router.all(['/v2/tasks/:taskId', '/v2/tasks/:taskId/*'], (_req, _res, next) =>
    next(),
  );
  return router;
}
