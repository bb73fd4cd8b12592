import { mockServices } from '@backstage/backend-test-utils';
import { agentsSignIn } from './agents';

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
