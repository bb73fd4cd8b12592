import { ProviderSettingsItem } from '@backstage/plugin-user-settings';
import { RiGitRepositoryLine } from '@remixicon/react';
import { gitHostAuthApiRef } from './authApis';

/** The account on the git host, among the accounts in the settings. */
export function GitHostSettings() {
  return (
    <ProviderSettingsItem
      title="Git host"
      description="Lets golden paths create repositories with your own rights"
      apiRef={gitHostAuthApiRef}
      icon={() => <RiGitRepositoryLine />}
    />
  );
}
