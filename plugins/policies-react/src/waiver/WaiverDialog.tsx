import { useApi } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  ButtonLink,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import {
  ErrorState,
  InfoList,
  PageSkeleton,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useState } from 'react';
import { policiesApiRef } from '../api/PoliciesApi';
import { waiverPath } from '@slipway/plugin-policies-common';
import type { AskForWaiverProps } from './AskForWaiver';
import { useMyGroups } from './useMayAsk';
import { useWaiverDraft } from './useWaiverDraft';
import { WaiverForm } from './WaiverForm';

/** Asks for a waiver. What was typed stays when it is refused. */
export function WaiverDialog(
  props: AskForWaiverProps & { onClose: () => void },
) {
  const { finding, subject, onClose, onAsked } = props;
  const api = useApi(policiesApiRef);
  const groups = useMyGroups() ?? [];
  // Not known is no reason to stop anybody: the service checks it in any case.
  const state = useLoaded(() => api.getState(), [api]);
  const isReady = state.value !== undefined || state.error !== undefined;
  const terms = state.value?.waivers;
  const { draft, lengths, set, toRequest, toSend } = useWaiverDraft(
    finding,
    subject,
    groups,
    terms?.longestDays,
  );
  const [isSent, setIsSent] = useState(false);
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const [askedId, setAskedId] = useState<string>();
  const { problems } = toRequest(Date.now());

  const ask = async () => {
    setIsSent(true);
    setError(undefined);
    const { request, problems: left } = toRequest(Date.now());
    if (left.size > 0) {
      return;
    }
    setIsPending(true);
    try {
      const { request: sent, key } = toSend(request);
      const { id } = await api.requestWaiver(sent, key);
      setAskedId(id);
      onAsked?.();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setIsPending(false);
    }
  };

  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={560}>
      <DialogHeader>{`Waiver from: ${finding.title}`}</DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          {askedId ? (
            <div role="status">
              <Alert
                status="success"
                icon
                title="The waiver is asked for"
                description="Others decide about it, and you are told. It covers nothing before it is granted."
              />
            </div>
          ) : (
            <>
              <InfoList
                items={[
                  { label: 'What is wrong', value: finding.message },
                  {
                    label: 'Environment',
                    value: subject.environment || undefined,
                  },
                ]}
              />
              {isReady ? (
                <WaiverForm
                  finding={finding}
                  subject={subject}
                  groups={groups}
                  terms={terms}
                  lengths={lengths}
                  draft={draft}
                  set={set}
                  problems={isSent ? problems : new Map()}
                />
              ) : (
                <PageSkeleton label="the form" />
              )}
            </>
          )}
          {error !== undefined && (
            <ErrorState title="The waiver was not asked for" error={error} />
          )}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          {askedId ? 'Close' : 'Cancel'}
        </Button>
        {askedId ? (
          <ButtonLink variant="primary" href={waiverPath(askedId)}>
            Open the waiver
          </ButtonLink>
        ) : (
          <Button
            variant="primary"
            isDisabled={!isReady}
            isPending={isPending}
            onPress={ask}
          >
            Ask for the waiver
          </Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}
