import type { HttpAuthService } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';

/**
 * Takes no credentials of an agent.
 *
 * @remarks
 * For the plugin of signing in, which asks who somebody is only where a person lets a program act for them, or refuses it. To upstream
 * an agent's token is the person's: with it the agent could let itself in again each hour, and nobody would have to agree.
 */
export function refusingAgents(httpAuth: HttpAuthService): HttpAuthService {
  const credentials: HttpAuthService['credentials'] = async (req, options) => {
    const found = await httpAuth.credentials(req, options);
    const { actor } = found.principal as { actor?: unknown };
    if (actor) {
      throw new NotAllowedError(
        'Only a person, signed in to the portal, lets a program act for them. Open the address in a browser.',
      );
    }
    return found;
  };
  return {
    credentials,
    issueUserCookie: (res, options) => httpAuth.issueUserCookie(res, options),
  };
}
