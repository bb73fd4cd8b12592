import { oidcAuthenticator } from '@backstage/plugin-auth-backend-module-oidc-provider';

type Input = Parameters<typeof oidcAuthenticator.defaultProfileTransform>[0];

/** Whoever signs in with an address is taken for its owner, so our documentation promises this of upstream. */
describe('an email address of the OIDC provider', () => {
  async function emailOf(userinfo: object) {
    const { profile } = await oidcAuthenticator.defaultProfileTransform(
      { fullProfile: { userinfo, tokenset: {} } } as Input,
      {} as never,
    );
    return profile.email;
  }
  const email = 'nora@example.com';

  it('counts when the provider has verified it', async () => {
    expect(await emailOf({ email, email_verified: true })).toBe(email);
  });

  it.each([
    { email, email_verified: false },
    { email, email_verified: 'true' },
    { email },
  ])('does not count in %j', async userinfo => {
    expect(await emailOf(userinfo)).toBeUndefined();
  });
});
