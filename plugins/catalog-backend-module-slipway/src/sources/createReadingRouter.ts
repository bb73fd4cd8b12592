import type {
  AuthService,
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  catalogEntityValidatePermission,
  catalogLocationAnalyzePermission,
  catalogLocationCreatePermission,
} from '@backstage/plugin-catalog-common/alpha';
import { ChangeLimit, REPOSITORY_TOKEN_HEADER } from '@slipway/backend-utils';
import express, { type Request, type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { z } from 'zod';
import { isOwnTrial } from '../policies/trial';
import { createValidationGate } from './createValidationGate';
import type { RepositoryReaders } from './RepositoryReaders';
import { requireRight } from './requireRight';

/** Addresses that one person may have looked at by one replica in a minute: each is a question to a git host. */
const LOOKS_PER_MINUTE = 120;

const locationSchema = z.object({ type: z.string(), target: z.string() });
const analysisSchema = z.object({ location: locationSchema });

/**
 * Refuses to read for a person what that person may not read.
 *
 * @remarks
 * It stands before the routes of the catalog that read an address with the portal's account and show what they found: to register
 * (also on trial), to move, to analyse, to validate a document. Services have no account on a git host and are trusted.
 *
 * Answers 403 to who may not do this at all, before the body is read, and when the host says no or cannot be asked, 429 after too
 * many looks in a minute, 503 when the host is away. A person's own token for the host comes in a header of its own, and goes
 * nowhere but to that host.
 */
export function createReadingRouter(deps: {
  auth: AuthService;
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
  readers: RepositoryReaders;
}): Router {
  const { auth, httpAuth, readers } = deps;
  const limit = ChangeLimit.create({
    perMinute: LOOKS_PER_MINUTE,
    what: 'looks at addresses',
  });
  const router = PromiseRouter();
  const registering = [
    requireRight(deps, catalogLocationCreatePermission),
    express.json(),
    check(locationOf),
  ];
  router.post('/locations', registering);
  router.put('/locations/:id', registering);
  router.post(
    '/analyze-location',
    requireRight(deps, catalogLocationAnalyzePermission),
    express.json(),
    // The catalog analyses what the target names, whatever the type.
    check(body => analysisSchema.safeParse(body).data?.location.target),
  );
  router.post(
    '/validate-entity',
    requireRight(deps, catalogEntityValidatePermission),
    express.json(),
    createValidationGate({ auth, httpAuth, checkReading, readers }),
  );
  return router;

  function check(find: (body: unknown) => string | undefined) {
    return async (request: Request) => {
      const target = find(request.body);
      // The catalog itself says what is wrong with the request.
      if (target === undefined) {
        return 'next';
      }
      const credentials = await httpAuth.credentials(request);
      if (auth.isPrincipal(credentials, 'user')) {
        await checkReading(
          request,
          credentials.principal.userEntityRef,
          target,
        );
      }
      return 'next';
    };
  }

  async function checkReading(
    request: Request,
    userRef: string,
    target: string,
  ): Promise<void> {
    if (!isOwnTrial(request)) {
      await limit.countRequest(request, userRef);
    }
    await readers.check(target, {
      userRef,
      token: request.header(REPOSITORY_TOKEN_HEADER),
    });
  }
}

/** Of other types the catalog reads nothing here. */
function locationOf(body: unknown): string | undefined {
  const location = locationSchema.safeParse(body).data;
  return location?.type === 'url' ? location.target : undefined;
}
