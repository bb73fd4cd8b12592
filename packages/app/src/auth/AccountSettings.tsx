import {
  configApiRef,
  githubAuthApiRef,
  gitlabAuthApiRef,
  useApi,
} from '@backstage/frontend-plugin-api';
import { ProviderSettingsItem } from '@backstage/plugin-user-settings';
import {
  RiGithubFill,
  RiGitlabFill,
  RiGitRepositoryLine,
} from '@remixicon/react';
import { Text } from '@backstage/ui';
import { gitHostAuthApiRef } from './authApis';

const DESCRIPTION =
  'Lets golden paths create repositories with your own rights';

/** Accounts that a person can connect, each where the portal is configured for it. */
const ACCOUNTS = [
  {
    provider: 'gitea',
    title: 'Git host',
    apiRef: gitHostAuthApiRef,
    icon: () => <RiGitRepositoryLine />,
  },
  {
    provider: 'github',
    title: 'GitHub',
    apiRef: githubAuthApiRef,
    icon: () => <RiGithubFill />,
  },
  {
    provider: 'gitlab',
    title: 'GitLab',
    apiRef: gitlabAuthApiRef,
    icon: () => <RiGitlabFill />,
  },
];

/** The accounts on git hosts, in the settings. */
export function AccountSettings() {
  const configApi = useApi(configApiRef);
  const offered = ACCOUNTS.filter(({ provider }) =>
    configApi.has(`auth.providers.${provider}`),
  );
  if (offered.length === 0) {
    return (
      <Text as="p">
        There is no account to connect: your company account is all you need.
      </Text>
    );
  }
  return (
    <>
      {offered.map(({ provider, ...account }) => (
        <ProviderSettingsItem
          key={provider}
          description={DESCRIPTION}
          {...account}
        />
      ))}
    </>
  );
}
