import type {
  AuthService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type { RequestHandler } from 'express';

/** A template that a person has started removes what an earlier one has registered. */
const TEMPLATES = 'plugin:scaffolder';

/**
 * Lets nothing but people, services and templates take things out of the catalog.
 *
 * @remarks
 * An agent names itself where it calls the catalog, and one that invokes an action of the catalog comes as the catalog acting for the person.
 * Both are refused: with a location go all its entities, also those of an administrator's whole company.
 */
export function createAgentsRefusal(deps: {
  auth: AuthService;
  httpAuth: HttpAuthService;
}): RequestHandler {
  const { auth, httpAuth } = deps;
  return async (request, _response, next) => {
    const credentials = await httpAuth.credentials(request);
    const actor = auth.isPrincipal(credentials, 'user')
      ? credentials.principal.actor
      : undefined;
    if (actor && actor.subject !== TEMPLATES) {
      throw new NotAllowedError(
        'Only people unregister, move and delete what is in the catalog, with a session of their own. An agent or an action does not; open the entity in the portal.',
      );
    }
    next();
  };
}
