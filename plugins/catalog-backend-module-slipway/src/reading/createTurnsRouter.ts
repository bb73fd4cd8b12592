import type {
  AuthService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import type { Request, Response, Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { ACTION } from './createValidationRouter';
import { PersonalTurns } from './PersonalTurns';

const RETRY_AFTER_SECONDS = 5;

/**
 * Lets the catalog read and process documents for one person one at a time, so that nobody keeps the portal from the requests of others
 * with many heavy ones at once.
 *
 * @remarks
 * It stands last before the catalog's own routes: what our routes before it ask the catalog on the way has its turn before. The action has
 * turns of its own, because it asks the route in its turn. Others of the same person wait; when many do, the answer is 429
 * with `Retry-After`. Services are not counted.
 */
export function createTurnsRouter(deps: {
  auth: AuthService;
  httpAuth: HttpAuthService;
}): Router {
  const { auth, httpAuth } = deps;
  const router = PromiseRouter();
  // Where no action is invoked, nobody has to know the error by its name, and it is no refusal.
  const requests = inTurn(new PersonalTurns(), 'TooManyRequestsError');
  router.post('/locations', requests);
  router.put('/locations/:id', requests);
  router.post('/analyze-location', requests);
  router.post('/validate-entity', requests);
  router.post(
    '/.backstage/actions/:version/actions/:actionId/invoke',
    (request, _, next) =>
      next(request.params.actionId === ACTION ? undefined : 'route'),
    inTurn(new PersonalTurns()),
  );
  return router;

  function inTurn(turns: PersonalTurns, name?: string) {
    return async (
      request: Request,
      response: Response,
    ): Promise<'next' | undefined> => {
      const credentials = await httpAuth.credentials(request);
      if (!auth.isPrincipal(credentials, 'user')) {
        return 'next';
      }
      const end = await turns
        .take(credentials.principal.userEntityRef)
        .catch(error => {
          if (isError(error) && error.statusCode === 429) {
            response.setHeader('retry-after', RETRY_AFTER_SECONDS);
            throw Object.assign(error, name && { name });
          }
          throw error;
        });
      if (response.destroyed) {
        // Nobody waits for the answer any more.
        end();
        return undefined;
      }
      // The work is done with the answer, also when the one who asked has gone.
      const { end: answer } = response;
      response.end = ((...args: Parameters<typeof answer>) => {
        end();
        return answer.apply(response, args);
      }) as typeof answer;
      return 'next';
    };
  }
}
