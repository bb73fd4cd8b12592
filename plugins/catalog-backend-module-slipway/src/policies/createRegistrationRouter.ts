import type {
  AuthService,
  DiscoveryService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError, ResponseError } from '@backstage/errors';
import {
  catalogWithRepositoryToken,
  REPOSITORY_TOKEN_HEADER,
} from '@slipway/backend-utils';
import express, { type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { z } from 'zod';
import { REFUSED } from './PolicyProcessor';

const locationSchema = z.object({ type: z.string(), target: z.string() });

/** How the catalog says that an entity may not come from where it is. */
const FORBIDDEN =
  /Entity (\S+) at \S+, originated at \w+:(\S+), is not of an allowed kind/;

/**
 * Refuses the registration of a location when policies deny what is in it, or when one entity would keep all of it out, where a
 * dry run shows it.
 *
 * @remarks
 * It stands before the catalog's own route of the same path. A dry run goes through the processor like everything else and
 * is refused by it; whatever else is wrong with a location the catalog itself says. What is only found when a location is
 * read later is an error of the entity.
 */
export function createRegistrationRouter(deps: {
  auth: AuthService;
  discovery: DiscoveryService;
  httpAuth: HttpAuthService;
}): Router {
  const { httpAuth } = deps;
  const router = PromiseRouter();
  router.post('/locations', express.json(), async request => {
    const body = locationSchema.safeParse(request.body);
    // A dry run itself needs no other before.
    if (!body.success || request.query.dryRun) {
      return 'next';
    }
    const credentials = await httpAuth.credentials(request);
    const catalog = catalogWithRepositoryToken(
      deps,
      request.header(REPOSITORY_TOKEN_HEADER),
    );
    try {
      await catalog.addLocation(
        { ...body.data, dryRun: true },
        { credentials },
      );
    } catch (error) {
      const refusal =
        error instanceof ResponseError && refusalIn(error.cause.message);
      if (refusal) {
        throw new NotAllowedError(refusal);
      }
    }
    return 'next';
  });
  return router;
}

/** The catalog puts all that is wrong into one message. */
function refusalIn(message: string): string | undefined {
  const forbidden = FORBIDDEN.exec(message);
  if (forbidden) {
    const [, entity, file] = forbidden;
    return `${entity} keeps all of ${file} out of the catalog: entities of its kind come only from places that the configuration names. Take it out of the file, or ask the platform team.`;
  }
  const at = message.indexOf(REFUSED);
  return at === -1 ? undefined : message.slice(at);
}
