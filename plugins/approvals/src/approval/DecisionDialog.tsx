import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import type {
  Approval,
  ApprovalAnswer,
  ApprovalDetails,
} from '@slipway/plugin-approvals-common';
import {
  ErrorState,
  PageSkeleton,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useState } from 'react';
import { approvalsApiRef } from '../api/ApprovalsApi';
import { answerWords } from '../shared/words';
import { ReasonField } from './ReasonField';
import { Summary } from './Summary';
import { VoteAs } from './VoteAs';

/** Shows what is decided about, and casts the vote. What was typed stays when it is refused. */
export function DecisionDialog(props: {
  approval: Pick<Approval, 'id' | 'title'>;
  answer: ApprovalAnswer;
  onClose: () => void;
  onDecided: () => void;
}) {
  const { approval, answer, onClose, onDecided } = props;
  const api = useApi(approvalsApiRef);
  const identityApi = useApi(identityApiRef);
  const details = useLoaded(() => api.get(approval.id), [api, approval.id]);
  const me = useLoaded(
    async () => (await identityApi.getBackstageIdentity()).userEntityRef,
    [identityApi],
  );
  const [chosen, setChosen] = useState<string>();
  const [reason, setReason] = useState('');
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const { verb } = answerWords[answer];

  const person = chosen ?? voteFor(details.value, me.value);
  const vote = async () => {
    setIsPending(true);
    setError(undefined);
    try {
      await api.vote(approval.id, {
        answer,
        reason: reason.trim() || undefined,
        onBehalfOf: person === me.value ? undefined : person,
      });
      onDecided();
      onClose();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setIsPending(false);
    }
  };

  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={560}>
      <DialogHeader>{`${verb}: ${approval.title}`}</DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          {details.error && (
            <ErrorState
              title="What is decided about could not be loaded"
              error={details.error}
              onRetry={details.reload}
            />
          )}
          {!details.value && !details.error && (
            <PageSkeleton label="the request" rows={4} />
          )}
          {details.value && (
            <>
              <Summary approval={details.value} />
              <VoteAs
                people={details.value.me.voteAs}
                me={me.value}
                value={person}
                onChange={setChosen}
              />
              <ReasonField
                answer={answer}
                value={reason}
                onChange={setReason}
              />
            </>
          )}
          {error !== undefined && (
            <ErrorState title="Your vote was not taken" error={error} />
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
        <Button
          variant="primary"
          isDisabled={!details.value}
          isPending={isPending}
          onPress={vote}
        >
          {verb}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

/** Oneself, when one may; else the first of those whose deputy one is. */
function voteFor(
  details: ApprovalDetails | undefined,
  me: string | undefined,
): string | undefined {
  const people = details?.me.voteAs ?? [];
  return people.find(person => person === me) ?? people[0] ?? me;
}
