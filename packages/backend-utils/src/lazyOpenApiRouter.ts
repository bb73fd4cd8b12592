import type { RequestHandler, Router } from 'express';
import PromiseRouter from 'express-promise-router';

/**
 * The router of a contract whose check is prepared by the first request instead of the start.
 *
 * @remarks
 * To prepare a check of requests takes 20 to 40 ms of each plugin, which a start has no use for. Routes are added to what
 * is returned at once, as to the router itself, and come after the check. A check that cannot be prepared refuses the request, and the next request
 * tries again.
 *
 * @param create - `createOpenApiRouter` as generated, with its options
 */
export function lazyOpenApiRouter<T extends Router>(
  create: () => Promise<T>,
): T {
  let prepared: Promise<RequestHandler> | undefined;
  const router = PromiseRouter();
  router.use(async (req, res, next) => {
    prepared ??= create();
    let check: RequestHandler;
    try {
      check = await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
    check(req, res, next);
  });
  // The types of the contract are those of the same routes.
  return router as unknown as T;
}
