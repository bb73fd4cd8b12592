import { SignInPageBlueprint } from '@backstage/plugin-app-react';

/** Where people come in. */
export const signInPageExtension = SignInPageBlueprint.make({
  params: {
    loader: async () => (await import('./SignInPage')).SignInPage,
  },
});
