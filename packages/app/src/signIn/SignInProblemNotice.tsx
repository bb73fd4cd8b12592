import { Alert } from '@backstage/ui';
import type { SignInProblem } from './explainSignInError';

const WORDS = {
  'unknown-person': {
    title: 'You are not in the catalog yet',
    description:
      'Your company account is fine, but the catalog has nobody with its email address. ' +
      'Ask your team lead or the platform team to add you to the catalog of people, with the ' +
      'email address of this account. Then sign in again.',
  },
  cancelled: {
    title: 'The sign-in was not finished',
    description: 'The window was closed before it was done. Try again.',
  },
  'blocked-popup': {
    title: 'The window could not be opened',
    description:
      'Your browser blocked it. Allow pop-up windows for this site and try again.',
  },
} as const;

/** Says why a sign-in did not work and what helps. */
export function SignInProblemNotice({ problem }: { problem: SignInProblem }) {
  const { title, description } =
    problem.kind === 'other'
      ? { title: 'The sign-in failed', description: problem.message }
      : WORDS[problem.kind];
  return (
    <div role="alert">
      <Alert
        status={problem.kind === 'cancelled' ? 'info' : 'warning'}
        icon
        title={title}
        description={description}
      />
    </div>
  );
}
