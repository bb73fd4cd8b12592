import type { Router } from 'express';
import createRouter from 'express-promise-router';
import { z } from 'zod';

const WORDS =
  'This task is not yours, so you may not do this with it. Ask whoever started it, or the platform team.';

const emptySchema = z.looseObject({
  error: z.looseObject({
    name: z.literal('NotAllowedError'),
    message: z.literal(''),
  }),
});

/**
 * Says why somebody else's task is refused. The scaffolder refuses without a word. This stands before its own routes
 * and passes on to them.
 */
export function createRefusalWords(): Router {
  const router = createRouter();
  router.use('/v2/tasks/:taskId', (_request, response, next) => {
    const send = response.json.bind(response);
    response.json = body => {
      const refusal = emptySchema.safeParse(body);
      return send(
        refusal.success
          ? {
              ...refusal.data,
              error: { ...refusal.data.error, message: WORDS },
            }
          : body,
      );
    };
    next();
  });
  return router;
}
