import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { NotFoundError } from '@backstage/errors';
import {
  commonSignInResolvers,
  createOAuthAuthenticator,
  createOAuthProviderFactory,
  type AuthProviderFactory,
} from '@backstage/plugin-auth-node';
import express, {
  type NextFunction,
  type Request,
  type Response,
} from 'express';
import Router from 'express-promise-router';
import request from 'supertest';
import { explainingUnknownPeople } from './explainUnknownPeople';

type Options = Parameters<AuthProviderFactory>[0];

/** Upstream's routes of a provider, with a catalog that has nobody in it. Only the provider is a stand-in. */
describe('explainingUnknownPeople', () => {
  const answer = { session: {}, fullProfile: {} } as never;
  const authenticator = createOAuthAuthenticator({
    defaultProfileTransform: async () => ({
      profile: { email: 'vera@example.com' },
    }),
    initialize: () => ({}),
    start: async () => ({ url: '' }),
    authenticate: async () => answer,
    refresh: async () => answer,
  });

  async function refresh(cookies: Record<string, string>) {
    let handlers: ReturnType<AuthProviderFactory> | undefined;
    explainingUnknownPeople({
      registerProvider({ factory }) {
        handlers = factory({
          providerId: 'oidc',
          config: new ConfigReader({
            production: {
              signIn: {
                resolvers: [
                  { resolver: 'emailMatchingUserEntityProfileEmail' },
                ],
              },
            },
          }),
          appUrl: 'http://localhost',
          baseUrl: 'http://localhost/api/auth',
          isOriginAllowed: () => true,
          logger: mockServices.logger.mock(),
          resolverContext: {
            signInWithCatalogUser: async () => {
              throw new NotFoundError('User not found');
            },
          },
        } as unknown as Options);
      },
    }).registerProvider({
      providerId: 'oidc',
      factory: createOAuthProviderFactory({
        authenticator,
        signInResolverFactories: commonSignInResolvers,
      }),
    });
    const router = Router();
    router.get('/oidc/refresh', (req, res) => {
      req.cookies = cookies;
      return handlers!.refresh!(req, res);
    });
    const app = express();
    app.use(router);
    app.use((error: Error, _: Request, res: Response, _next: NextFunction) => {
      res.status(401).json({ name: error.name, message: error.message });
    });
    const { body } = await request(app)
      .get('/oidc/refresh?env=production&optional')
      .set('X-Requested-With', 'XMLHttpRequest');
    return body;
  }

  it('says in the words of the page who is not in the catalog', async () => {
    expect(await refresh({ 'oidc-refresh-token': 'a' })).toEqual({
      name: 'AuthenticationError',
      message: expect.stringMatching(
        /^You are not in the catalog .*Ask your team lead or the platform team to add you to the catalog of people/,
      ),
    });
  });

  it('leaves what else goes wrong in its words', async () => {
    expect((await refresh({})).message).toMatch(/Missing session cookie/);
  });
});
