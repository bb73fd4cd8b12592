import { createExtensionPointFactoryMiddleware } from '@backstage/backend-app-api';
import { AuthenticationError } from '@backstage/errors';
import {
  authProvidersExtensionPoint,
  type AuthProviderRouteHandlers,
  type AuthProvidersExtensionPoint,
} from '@backstage/plugin-auth-node';

/** Upstream's words for it, by which the sign-in page knows it, too. */
const UNKNOWN = /unable to resolve user identity/i;

/** Tells programs who is not in the catalog in the words of the sign-in page; see {@link explainingUnknownPeople}. */
export const explainUnknownPeopleMiddleware =
  createExtensionPointFactoryMiddleware({
    extensionPoint: authProvidersExtensionPoint,
    middleware: async original => explainingUnknownPeople(original),
  });

/**
 * Says to somebody whose session is renewed, and who is not in the catalog, what helps them.
 *
 * @remarks
 *
 * Upstream's sentence is for who configures sign-in. What a first sign-in says goes through a pop-up window to our page, which says it
 * in the same words as this.
 */
export function explainingUnknownPeople(
  original: AuthProvidersExtensionPoint,
): AuthProvidersExtensionPoint {
  return {
    registerProvider: ({ providerId, factory }) =>
      original.registerProvider({
        providerId,
        factory: options => explaining(factory(options)),
      }),
  };
}

function explaining(
  handlers: AuthProviderRouteHandlers,
): AuthProviderRouteHandlers {
  const { refresh } = handlers;
  return {
    start: handlers.start.bind(handlers),
    frameHandler: handlers.frameHandler.bind(handlers),
    logout: handlers.logout?.bind(handlers),
    refresh:
      refresh &&
      (async (request, response) => {
        try {
          await refresh.call(handlers, request, response);
        } catch (error) {
          throw UNKNOWN.test(String(error))
            ? new AuthenticationError(
                'You are not in the catalog (unable to resolve user identity). Your company account is fine, but the catalog has nobody with its email address. Ask your team lead or the platform team to add you to the catalog of people, with the email address of this account. Then sign in again.',
              )
            : error;
        }
      }),
  };
}
