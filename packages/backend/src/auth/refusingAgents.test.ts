import type { HttpAuthService } from '@backstage/backend-plugin-api';
import { mockCredentials } from '@backstage/backend-test-utils';
import { refusingAgents } from './refusingAgents';

const of = (credentials: object) =>
  refusingAgents({
    credentials: async () => credentials,
  } as unknown as HttpAuthService).credentials({} as never);

it('takes people and services', async () => {
  for (const each of [
    mockCredentials.user('user:default/sam'),
    mockCredentials.service('plugin:catalog'),
    mockCredentials.none(),
  ]) {
    expect(await of(each)).toBe(each);
  }
});

it('refuses who acts for a person', async () => {
  await expect(
    of(
      mockCredentials.user('user:default/sam', {
        actor: { subject: 'external:oauth-client' },
      }),
    ),
  ).rejects.toThrow(/Only a person.*Open the address in a browser/);
});
