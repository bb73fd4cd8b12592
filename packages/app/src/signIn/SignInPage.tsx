import { UserIdentity } from '@backstage/core-components';
import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import { Button, Text } from '@backstage/ui';
import { PageSkeleton } from '@slipway/ui';
import { useCallback, useEffect, useState } from 'react';
import { companyAuthApiRef } from '../auth/authApis';
import { Logo } from '../brand/Logo';
import { usePortalName } from '../brand/usePortalName';
import { explainSignInError, type SignInProblem } from './explainSignInError';
import { SignInProblemNotice } from './SignInProblemNotice';
import styles from './SignInPage.module.css';

/** Where people come in. Whoever has a session already does not see it. */
export function SignInPage({ onSignInSuccess }: SignInPageProps) {
  const authApi = useApi(companyAuthApiRef);
  const company = useApi(configApiRef).getOptionalString('organization.name');
  const name = usePortalName();
  const [state, setState] = useState<'checking' | 'idle' | 'signing-in'>(
    'checking',
  );
  const [problem, setProblem] = useState<SignInProblem>();

  const signIn = useCallback(
    async (options: { optional: true } | { instantPopup: true }) => {
      const response = await authApi.getBackstageIdentity(options);
      if (!response) {
        return false;
      }
      onSignInSuccess(
        UserIdentity.create({
          identity: response.identity,
          profile: await authApi.getProfile(),
          authApi,
        }),
      );
      return true;
    },
    [authApi, onSignInSuccess],
  );

  useEffect(() => {
    let isCurrent = true;
    signIn({ optional: true }).then(
      isSignedIn => isCurrent && !isSignedIn && setState('idle'),
      error => {
        if (isCurrent) {
          setProblem(explainSignInError(error));
          setState('idle');
        }
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [signIn]);

  const handlePress = async () => {
    setState('signing-in');
    setProblem(undefined);
    try {
      await signIn({ instantPopup: true });
    } catch (error) {
      setProblem(explainSignInError(error));
    }
    setState('idle');
  };

  return (
    <main className={styles.page}>
      <section className={styles.panel}>
        <div className={styles.brand}>
          <Logo size={44} />
          <h1 className={styles.name}>{name}</h1>
        </div>
        <Text as="p" variant="body-large">
          Start services, order databases and find what{' '}
          {company && company !== name ? company : 'your company'} runs, who
          owns it and how it is doing.
        </Text>
        {state === 'checking' ? (
          <PageSkeleton label="your session" rows={2} />
        ) : (
          <>
            {problem && <SignInProblemNotice problem={problem} />}
            <div>
              <Button
                variant="primary"
                isPending={state === 'signing-in'}
                onPress={handlePress}
              >
                Sign in with your company account
              </Button>
            </div>
            <Text as="p" variant="body-small" color="secondary">
              A window of your company opens. {name} never sees your password.
            </Text>
          </>
        )}
      </section>
    </main>
  );
}
