import { useApi } from '@backstage/frontend-plugin-api';
import { Alert, Button, ButtonLink, Container, Header } from '@backstage/ui';
import { approvalPagePath } from '@slipway/plugin-approvals-common';
import {
  EntityName,
  ErrorState,
  PageSkeleton,
  StatusBadge,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import { approvalsApiRef } from '../api/ApprovalsApi';
import { ReasonField } from '../approval/ReasonField';
import { Summary } from '../approval/Summary';
import { answerWords } from '../shared/words';

/**
 * Where a link in a mail leads: shows the request and asks once more. Opening it changes nothing,
 * so that no program that follows links votes.
 */
export function AnswerPage() {
  const api = useApi(approvalsApiRef);
  const navigate = useNavigate();
  const token = useLocation().hash.slice(1);
  const link = useLoaded(() => api.openAnswerLink(token), [api, token]);
  const [reason, setReason] = useState('');
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();

  const confirm = async () => {
    setIsPending(true);
    setError(undefined);
    try {
      const { id } = await api.useAnswerLink(token, reason.trim() || undefined);
      navigate(approvalPagePath(id), { replace: true });
    } catch (refusal) {
      setError(refusal);
      setIsPending(false);
    }
  };

  if (!link.value) {
    return (
      <main className={styles.page}>
        <Header title="Your answer" />
        <Container>
          {link.error ? (
            <ErrorState
              title="This link cannot be used"
              error={link.error}
              action={
                <ButtonLink href="/approvals" size="small" variant="secondary">
                  All approvals
                </ButtonLink>
              }
            />
          ) : (
            <PageSkeleton label="the request" />
          )}
        </Container>
      </main>
    );
  }
  const { approval, answer, onBehalfOf } = link.value;
  const { verb } = answerWords[answer];
  return (
    <main className={styles.page}>
      <Header
        title={`${verb}: ${approval.title}`}
        metadata={[
          { label: 'State', value: <StatusBadge status={approval.state} /> },
        ]}
        customActions={
          <ButtonLink href={approvalPagePath(approval.id)} variant="secondary">
            Open the request
          </ButtonLink>
        }
      />
      <Container>
        <div className={styles.stack}>
          <Summary approval={approval} />
          {onBehalfOf && (
            <p className={styles.text}>
              You answer as deputy of <EntityName entityRef={onBehalfOf} />: it
              is one vote for both of you.
            </p>
          )}
          {approval.me.mayVote ? (
            <>
              <ReasonField
                answer={answer}
                value={reason}
                onChange={setReason}
              />
              <div className={styles.row}>
                <Button
                  variant="primary"
                  isPending={isPending}
                  onPress={confirm}
                >
                  {verb}
                </Button>
              </div>
            </>
          ) : (
            <Alert status="info" icon title={approval.me.reason ?? ''} />
          )}
          {error !== undefined && (
            <ErrorState title="Your vote was not taken" error={error} />
          )}
        </div>
      </Container>
    </main>
  );
}
