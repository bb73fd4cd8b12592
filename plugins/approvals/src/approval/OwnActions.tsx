import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import type { ApprovalDetails } from '@slipway/plugin-approvals-common';
import { ErrorState, useLoaded } from '@slipway/ui';
import { useState } from 'react';
import { approvalsApiRef } from '../api/ApprovalsApi';

/** What one may undo: one's vote while nothing is decided, and one's request. */
export function OwnActions(props: {
  approval: ApprovalDetails;
  onChanged: () => void;
}) {
  const { approval, onChanged } = props;
  const api = useApi(approvalsApiRef);
  const identityApi = useApi(identityApiRef);
  const me = useLoaded(
    async () => (await identityApi.getBackstageIdentity()).userEntityRef,
    [identityApi],
  );
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const vote = approval.votes.find(
    ({ person, castBy }) =>
      person === me.value ||
      // What one has cast as a deputy stays, once one is none any more.
      (castBy === me.value && approval.me.voteAs.includes(person)),
  );
  const press = (work: () => Promise<unknown>) => async () => {
    setIsPending(true);
    setError(undefined);
    try {
      await work();
      onChanged();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setIsPending(false);
    }
  };
  return (
    <>
      {approval.state === 'pending' && vote && (
        <Button
          variant="secondary"
          isPending={isPending}
          onPress={press(() =>
            api.takeVoteBack(
              approval.id,
              vote.person === me.value ? undefined : vote.person,
            ),
          )}
        >
          Take my vote back
        </Button>
      )}
      {approval.me.mayWithdraw && (
        <Button
          variant="secondary"
          isPending={isPending}
          onPress={press(() => api.withdraw(approval.id))}
        >
          Withdraw
        </Button>
      )}
      {error !== undefined && <ErrorState title="Not done" error={error} />}
    </>
  );
}
