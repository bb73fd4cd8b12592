import type {
  AuthService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { ChangeLimit } from '@slipway/backend-utils';
import express, { type Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { z } from 'zod';
import { parseYaml } from './parseYaml';

/** As its route names it. */
export const ACTION = 'catalog:validate-entity';
/** Entities that one person may have checked by one replica in a minute. */
const CHECKS_PER_MINUTE = 60;
/** Of one map. Upstream compares each with all before it. */
const MOST_KEYS = 1_000;

const entitySchema = z.object({ entity: z.string() });
const inputSchema = z.object({ input: entitySchema });

/**
 * Answers in the place of the action `validate-entity` where its YAML would take long to read, or is none.
 *
 * @remarks
 * It stands before the route that invokes actions. Upstream's action reads what it is sent with a parser that takes seconds for 80 kB
 * of keys, commas or tags. What is read here without a fault is left to it. Larger texts the route refuses itself (100 kB).
 *
 * Answers 429 after too many checks in a minute.
 */
export function createValidationRouter(deps: {
  auth: AuthService;
  httpAuth: HttpAuthService;
}): Router {
  const { auth, httpAuth } = deps;
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
    express.json(),
    async (request, response) => {
      const credentials = await httpAuth.credentials(request);
      // Upstream itself says who may not ask, and what is wrong with the request.
      if (auth.isPrincipal(credentials, 'none')) {
        return 'next';
      }
      if (auth.isPrincipal(credentials, 'user')) {
        await limit.count(credentials.principal.userEntityRef);
      }
      // The versions of the route differ in where the text stands; which of them upstream takes this for is its own to say.
      const fault = [
        entitySchema.safeParse(request.body).data?.entity,
        inputSchema.safeParse(request.body).data?.input.entity,
      ]
        .flatMap(text => (text === undefined ? [] : [faultOf(text)]))
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
