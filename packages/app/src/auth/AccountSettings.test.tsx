import {
  githubAuthApiRef,
  gitlabAuthApiRef,
} from '@backstage/frontend-plugin-api';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { screen } from '@testing-library/react';
import { AccountSettings } from './AccountSettings';
import { gitHostAuthApiRef } from './authApis';

const session = {
  sessionState$: () => ({
    subscribe: () => ({ unsubscribe() {}, closed: false }),
  }),
  getProfile: async () => undefined,
  signIn: async () => {},
  signOut: async () => {},
};

async function render(providers: object) {
  await renderInTestApp(
    <TestApiProvider
      apis={[
        mockApis.config({ data: { auth: { providers } } }),
        [gitHostAuthApiRef, session as never],
        [githubAuthApiRef, session as never],
        [gitlabAuthApiRef, session as never],
      ]}
    >
      <AccountSettings />
    </TestApiProvider>,
  );
}

describe('AccountSettings', () => {
  it('offers the accounts that are configured, and no others', async () => {
    await render({ gitea: {}, gitlab: {} });
    expect(await screen.findByText('Git host')).toBeInTheDocument();
    expect(screen.getByText('GitLab')).toBeInTheDocument();
    expect(screen.queryByText('GitHub')).not.toBeInTheDocument();
  });
});
