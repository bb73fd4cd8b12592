import type {
  AuthService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  parseLocationRef,
} from '@backstage/catalog-model';
import { InputError, serializeError } from '@backstage/errors';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { RepositoryReaders } from './RepositoryReaders';

const bodySchema = z.object({
  entity: z.object({
    kind: z.string(),
    metadata: z.object({ annotations: z.unknown().optional() }),
  }),
  location: z.string(),
});

/**
 * Stands before the catalog's `POST /validate-entity`, which the action `catalog:validate-entity` calls too.
 *
 * @remarks
 * The catalog processes what it validates, and so reads with the portal's account what the document names: from `location`, or from
 * where the document's own annotations say that it comes from, which may be the portal's own disk. Its answer quotes what it has read.
 * A person gets nothing read that way but what lies in a repository that this person may read.
 *
 * Answers 400 in the words of that route, `{ errors: [{ name, message }] }`, which its clients know; and 403, 429 and 503 like the
 * other routes that read. Services are trusted.
 */
export function createValidationGate(deps: {
  auth: AuthService;
  httpAuth: HttpAuthService;
  readers: RepositoryReaders;
  /** @throws unless the person may read the address */
  checkReading(
    request: Request,
    userRef: string,
    target: string,
  ): Promise<void>;
}) {
  const { auth, httpAuth, readers, checkReading } = deps;
  return async (
    request: Request,
    response: Response,
  ): Promise<'next' | undefined> => {
    const credentials = await httpAuth.credentials(request);
    if (!auth.isPrincipal(credentials, 'user')) {
      return 'next';
    }
    try {
      const { entity, location } = parse(request.body);
      refuseToLead(entity);
      const target = targetOf(location);
      // Nothing is read from a place that belongs to no host: a document that is in no repository yet gets along without.
      if (readers.knowsHostOf(target)) {
        const { userEntityRef } = credentials.principal;
        await checkReading(request, userEntityRef, target);
      }
    } catch (error) {
      if (error instanceof InputError) {
        response.status(400).json({ errors: [serializeError(error)] });
        return undefined;
      }
      throw error;
    }
    return 'next';
  };
}

/** What cannot be understood here is not let pass: the catalog might understand it. */
function parse(body: unknown): z.infer<typeof bodySchema> {
  const result = bodySchema.safeParse(body);
  if (!result.success) {
    const [{ path, message }] = result.error.issues;
    throw new InputError(
      `${path.join('.') || 'The body'}: ${message}. Send { entity, location }: a document as an object, and url: with the address it is at.`,
    );
  }
  return result.data;
}

/** @throws InputError for a document that names other places to read from than its location */
function refuseToLead(entity: z.infer<typeof bodySchema>['entity']): void {
  if (entity.kind.toLocaleLowerCase('en-US') === 'location') {
    throw new InputError(
      'entity.kind: what a Location leads to is not read to validate it. Try to register the file that it is in, which reads them: POST /locations?dryRun=true.',
    );
  }
  for (const annotation of [ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION]) {
    if (Object.hasOwn(Object(entity.metadata.annotations), annotation)) {
      throw new InputError(
        `entity.metadata.annotations: ${annotation} is written by the catalog itself. Leave it out, and say in location where the document comes from.`,
      );
    }
  }
}

/** @throws InputError for what is no address */
export function targetOf(location: string): string {
  let parsed: { type: string; target: string } | undefined;
  try {
    parsed = parseLocationRef(location);
  } catch {
    // Said below.
  }
  if (parsed?.type !== 'url' || !/^https?:\/\//i.test(parsed.target)) {
    throw new InputError(
      `location: ${JSON.stringify(location)} is no address. Write url: and the address of the file as the browser shows it, such as url:https://git.example.com/acme/shop/src/branch/main/catalog-info.yaml.`,
    );
  }
  return parsed.target;
}
