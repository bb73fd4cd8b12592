import {
  coreExtensionData,
  createExtension,
} from '@backstage/frontend-plugin-api';
import { lazy, Suspense } from 'react';

const AccountSettings = lazy(async () => ({
  default: (await import('./AccountSettings')).AccountSettings,
}));

/** Where a person connects and disconnects their accounts, under Settings. */
export const providerSettingsExtension = createExtension({
  name: 'provider-settings',
  attachTo: {
    id: 'sub-page:user-settings/auth-providers',
    input: 'providerSettings',
  },
  output: [coreExtensionData.reactElement],
  factory: () => [
    coreExtensionData.reactElement(
      <Suspense fallback={null}>
        <AccountSettings />
      </Suspense>,
    ),
  ],
});
