import type {
  AuthService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type { RequestHandler } from 'express';

/**
 * Lets nothing but people and services take things out of the catalog.
 *
 * @remarks
 * An agent names itself where it calls the catalog, and one that invokes an action of the catalog comes as the catalog acting for the person.
 * Both are refused: with a location go all its entities, also those of an administrator's whole company. A step of a template comes as the
 * scaffolder acting for the person, also where an agent has started it, and the token does not say so: it is refused as well. What a template
 * that a person started has registered, the scaffolder removes as itself.
 */
export function createAgentsRefusal(deps: {
  auth: AuthService;
  httpAuth: HttpAuthService;
}): RequestHandler {
  const { auth, httpAuth } = deps;
  return async (request, _response, next) => {
    const credentials = await httpAuth.credentials(request);
    if (auth.isPrincipal(credentials, 'user') && credentials.principal.actor) {
      throw new NotAllowedError(
        'Only people unregister, move and delete what is in the catalog, with a session of their own. An agent, an action or a template does not; open the entity in the portal.',
      );
    }
    next();
  };
}
