import type {
  AuthService,
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { catalogEntityValidatePermission } from '@backstage/plugin-catalog-common/alpha';
import { ChangeLimit } from '@slipway/backend-utils';
import express, { type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { z } from 'zod';
import { targetOf } from '../sources/createValidationGate';
import type { RepositoryReaders } from '../sources/RepositoryReaders';
import { requireRight } from '../sources/requireRight';
import { parseYaml } from './parseYaml';

/** As its route names it. */
export const ACTION = 'catalog:validate-entity';
/** Entities that one person may have checked by one replica in a minute. */
const CHECKS_PER_MINUTE = 60;
/** Of one map. Upstream compares each with all before it. */
const MOST_KEYS = 1_000;

const string = z.string().optional().catch(undefined);
const inputSchema = z.object({ entity: string, location: string });
/** The versions of the route differ in where the input stands. What upstream does not understand it refuses itself. */
const bodySchema = inputSchema.extend({
  input: inputSchema.optional().catch(undefined),
});

/**
 * Answers in the place of the action `validate-entity` where its YAML would take long to read, or is none.
 *
 * @remarks
 * It stands before the route that invokes actions. Upstream's action reads what it is sent with a parser that takes seconds for 80 kB
 * of keys, commas or tags. What is read here without a fault is left to it. Larger texts the route refuses itself (100 kB).
 *
 * It also asks first whether the person may read where the document is said to be. The catalog's own route does, too, but of its
 * refusal upstream's action passes on only the number.
 *
 * Answers 429 after too many checks in a minute, with `Retry-After`; 403 and 503 for what may not be read, and while that is not known.
 */
export function createValidationRouter(deps: {
  auth: AuthService;
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
  readers: RepositoryReaders;
}): Router {
  const { auth, httpAuth, readers } = deps;
  const limit = ChangeLimit.create({
    perMinute: CHECKS_PER_MINUTE,
    what: 'checks of entities',
  });
  const router = PromiseRouter();
  router.post(
    '/.backstage/actions/:version/actions/:actionId/invoke',
    // The id is compared as upstream does, when its %-signs have been read.
    (request, _, next) =>
      next(request.params.actionId === ACTION ? undefined : 'route'),
    requireRight(deps, catalogEntityValidatePermission),
    express.json(),
    async (request, response) => {
      const credentials = await httpAuth.credentials(request);
      // Upstream itself says who may not ask, and what is wrong with the request.
      if (auth.isPrincipal(credentials, 'none')) {
        return 'next';
      }
      // Which version upstream takes this for is its own to say.
      const inputs = inputsOf(request.body);
      if (auth.isPrincipal(credentials, 'user')) {
        const { userEntityRef: userRef } = credentials.principal;
        await limit.countInvocation(request, userRef);
        for (const { location } of inputs) {
          const address = location && addressOf(location);
          if (address && readers.knowsHostOf(address)) {
            await readers.check(address, { userRef });
          }
        }
      }
      const fault = inputs
        .flatMap(({ entity }) => (entity ? [faultOf(entity)] : []))
        .find(Boolean);
      if (!fault) {
        return 'next';
      }
      response.json({
        output: {
          isValid: false,
          isValidYaml: false,
          errors: [`YAML parsing error: ${fault}`],
        },
      });
      return undefined;
    },
  );
  return router;
}

function inputsOf(body: unknown): z.infer<typeof inputSchema>[] {
  const { data } = bodySchema.safeParse(body);
  return data ? [data, ...(data.input ? [data.input] : [])] : [];
}

/** Of what is no address the catalog itself says so. */
function addressOf(location: string): string | undefined {
  try {
    return targetOf(location);
  } catch {
    return undefined;
  }
}

function faultOf(text: string): string | undefined {
  // Upstream warns of each tag that it does not know, one after the other.
  const documents = parseYaml(text, { isStrict: true });
  if (documents.length > 1) {
    return `it has ${documents.length} documents. Check one at a time.`;
  }
  for (const document of documents) {
    if ('fault' in document) {
      return document.fault;
    }
    if (mostKeysOf(document.content, new Set()) > MOST_KEYS) {
      return `a map has more than ${MOST_KEYS} keys. Write a shorter one to have it checked.`;
    }
  }
  return undefined;
}

/** Of any map in it. An alias is looked at once. */
function mostKeysOf(value: unknown, seen: Set<object>): number {
  if (typeof value !== 'object' || value === null || seen.has(value)) {
    return 0;
  }
  seen.add(value);
  const children = Object.values(value);
  return children.reduce<number>(
    (most, child) => Math.max(most, mostKeysOf(child, seen)),
    Array.isArray(value) ? 0 : children.length,
  );
}
