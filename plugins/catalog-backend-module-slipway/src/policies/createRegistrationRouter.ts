import type {
  AuthService,
  DiscoveryService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import {
  InputError,
  NotAllowedError,
  ResponseError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  catalogWithRepositoryToken,
  REPOSITORY_TOKEN_HEADER,
  TooManyRequestsError,
} from '@slipway/backend-utils';
import express, { type Request, type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { z } from 'zod';
import { REFUSED, UNKNOWN } from './PolicyProcessor';
import { TRIAL_HEADER, TRIAL_KEY } from './trial';

const RETRY_AFTER_SECONDS = '60';

const locationSchema = z.object({ type: z.string(), target: z.string() });

/** How the catalog says that an entity may not come from where it is. */
const FORBIDDEN =
  /Entity (\S+) at \S+, originated at \w+:(\S+), is not of an allowed kind/;

/** How the catalog says that something is no entity as it knows them. What cannot be read yet, it says otherwise: that may come later. */
const MALFORMED =
  /YAML error at |Policy check failed for |threw an error while validating the entity |failed validation after preprocessing|No processor recognized the entity /;

/**
 * Refuses to register a location, and to move one, when policies deny what is in it, when something in it is no entity as the catalog
 * knows them, or when one entity would keep all of it out, where a dry run shows it.
 *
 * @remarks
 * It stands before the catalog's own routes of the same paths. A dry run goes through the processor like everything else and
 * is refused by it; whatever else is wrong with a location the catalog itself says. What is only found when a location is
 * read later is an error of the entity.
 *
 * Answers 403 for what is refused, 400 for what is no entity, as the dry run does, 503 when it cannot be known whether it is, and 429 when too much was asked for, with
 * `Retry-After`.
 */
export function createRegistrationRouter(deps: {
  auth: AuthService;
  discovery: DiscoveryService;
  httpAuth: HttpAuthService;
}): Router {
  const { httpAuth } = deps;
  const router = PromiseRouter();
  router.post('/locations', express.json(), async request => {
    // Somebody's own dry run is tried as well: they are told what policies say in the same words as when they register. Other words for
    // "true" may mean nothing to the catalog.
    if (request.query.dryRun !== 'true' || !request.header(TRIAL_HEADER)) {
      await tryOut(request);
    }
    return 'next';
  });
  router.put('/locations/:id', express.json(), async request => {
    await tryOut(request);
    return 'next';
  });
  return router;

  async function tryOut(request: Request): Promise<void> {
    const body = locationSchema.safeParse(request.body);
    if (!body.success) {
      return;
    }
    const credentials = await httpAuth.credentials(request);
    const catalog = catalogWithRepositoryToken(
      deps,
      request.header(REPOSITORY_TOKEN_HEADER),
      { [TRIAL_HEADER]: TRIAL_KEY },
    );
    try {
      await catalog.addLocation(
        { ...body.data, dryRun: true },
        { credentials },
      );
    } catch (error) {
      throwWhenTooMany(error, request);
      throwWhatPoliciesSay(error);
    }
  }
}

/** The one who asks can do something about that: wait. */
function throwWhenTooMany(error: unknown, { res }: Request): void {
  if (!(error instanceof ResponseError) || error.statusCode !== 429) {
    return;
  }
  const after = error.response.headers.get('retry-after');
  res?.setHeader('Retry-After', after ?? RETRY_AFTER_SECONDS);
  throw Object.assign(new TooManyRequestsError(error.cause.message), {
    // Here nobody has to know the error by its name, and it is no refusal.
    name: 'TooManyRequestsError',
  });
}

/** @throws unless it is the catalog that finds something wrong: it says so again itself. */
function throwWhatPoliciesSay(error: unknown): void {
  // Of a token that may not be used to ask the catalog, and so for nothing here.
  if (error instanceof NotAllowedError) {
    throw error;
  }
  const { statusCode, message } =
    error instanceof ResponseError
      ? { statusCode: error.statusCode, message: error.cause.message }
      : { statusCode: undefined, message: '' };
  const refusal = refusalIn(message);
  if (refusal) {
    throw new NotAllowedError(refusal);
  }
  const at = message.indexOf(UNKNOWN);
  if (at !== -1) {
    throw new ServiceUnavailableError(message.slice(at));
  }
  // Otherwise it would be registered, and nothing would come of it.
  if (statusCode === 400 && MALFORMED.test(message)) {
    throw new InputError(message);
  }
  if (!statusCode || statusCode >= 500) {
    throw new ServiceUnavailableError(
      `Whether policies allow what is in this location cannot be known now, and nothing is registered without. ${message || 'Try again in a minute, or ask the platform team.'}`,
      error,
    );
  }
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
