import type {
  AuthService,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { agentsSignIn, namingAgents } from './agents';

const config = (auth: object) =>
  mockServices.rootConfig({ data: { auth: auth as {} } });
const enabled = { enabled: true };

describe('agentsSignIn', () => {
  it('is so when somebody has said so', () => {
    expect(agentsSignIn(config({}))).toBe(false);
    expect(
      agentsSignIn(
        config({
          experimentalDynamicClientRegistration: { enabled: false },
        }),
      ),
    ).toBe(false);
    expect(
      agentsSignIn(
        config({
          clientIdMetadataDocuments: enabled,
          omitIdentityTokenOwnershipClaim: false,
        }),
      ),
    ).toBe(true);
  });

  it.each([
    { experimentalDynamicClientRegistration: enabled },
    { clientIdMetadataDocuments: enabled },
    { experimentalClientIdMetadataDocuments: enabled },
    {
      clientIdMetadataDocuments: enabled,
      omitIdentityTokenOwnershipClaim: true,
    },
  ])('stops the start while they cannot be told apart: %j', auth => {
    expect(() => agentsSignIn(config(auth))).toThrow(
      /set auth\.omitIdentityTokenOwnershipClaim to false/,
    );
  });
});

describe('namingAgents', () => {
  const tokenOf = (typ: string, claims: object) =>
    [{ typ }, claims, {}]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
  const sam = { sub: 'user:default/sam' };
  const groups = { ...sam, ent: ['user:default/sam'] };

  it.each([
    ['a person', tokenOf('vnd.backstage.user', groups), undefined],
    [
      'a program that signed in for one',
      tokenOf('vnd.backstage.user', sam),
      'external:oauth-client',
    ],
    [
      'a person’s cookie',
      tokenOf('vnd.backstage.limited-user', sam),
      undefined,
    ],
  ])('says who acts: %s', async (_who, token, subject) => {
    const auth = namingAgents(
      mockServices.auth.mock({
        authenticate: async () => mockCredentials.user('user:default/sam'),
        isPrincipal: ((credentials, type) =>
          (credentials.principal as { type: string }).type ===
          type) as AuthService['isPrincipal'],
      }),
    );
    const { principal } = await auth.authenticate(token);
    expect(principal).toMatchObject({ userEntityRef: 'user:default/sam' });
    expect((principal as BackstageUserPrincipal).actor?.subject).toBe(subject);
  });

  it('leaves who names an agent already, and services, as they are', async () => {
    for (const credentials of [
      mockCredentials.service('plugin:catalog'),
      mockCredentials.user('user:default/sam', {
        actor: { subject: 'plugin:mcp-actions' },
      }),
    ]) {
      const before = JSON.stringify(credentials);
      const auth = namingAgents(
        mockServices.auth.mock({
          authenticate: async () => credentials,
          isPrincipal: ((each, type) =>
            (each.principal as { type: string }).type ===
            type) as AuthService['isPrincipal'],
        }),
      );
      const answer = await auth.authenticate('a.b.c');
      expect(JSON.stringify(answer)).toBe(before);
    }
  });
});
