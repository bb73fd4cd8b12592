import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  TextAreaField,
} from '@backstage/ui';
import type { PolicyWaiver } from '@slipway/plugin-policies-common';
import { policiesApiRef } from '@slipway/plugin-policies-react';
import { ErrorState, layout as styles } from '@slipway/ui';
import { useState } from 'react';

const WORDS = {
  withdraw: {
    title: 'Withdraw the request',
    verb: 'Withdraw',
    means:
      'Nobody decides about it any more. The policy applies as before. You can ask again at any time.',
  },
  end: {
    title: 'End the waiver',
    verb: 'End now',
    means:
      'The policy applies again at once, to new requests and in the next sweep. What was made meanwhile stays. To have a waiver again, it has to be asked for and granted anew.',
  },
};

/** Takes a request back, or ends a waiver before its time, after saying what that means. */
export function EndWaiverDialog(props: {
  waiver: Pick<PolicyWaiver, 'id'>;
  how: 'withdraw' | 'end';
  onClose: () => void;
  onChanged: () => void;
}) {
  const { waiver, how, onClose, onChanged } = props;
  const api = useApi(policiesApiRef);
  const [reason, setReason] = useState('');
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const { title, verb, means } = WORDS[how];
  const confirm = async () => {
    setIsPending(true);
    setError(undefined);
    const given = reason.trim() || undefined;
    try {
      await (how === 'end'
        ? api.endWaiver(waiver.id, given)
        : api.withdrawWaiver(waiver.id, given));
      onChanged();
      onClose();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setIsPending(false);
    }
  };
  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={560}>
      <DialogHeader>{title}</DialogHeader>
      <DialogBody>
        <div className={styles.stack}>
          <p className={styles.text}>{means}</p>
          <TextAreaField
            label="Reason"
            secondaryLabel="Optional"
            maxLength={2000}
            value={reason}
            onChange={setReason}
          />
          {error !== undefined && <ErrorState title="Not done" error={error} />}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
        <Button variant="primary" isPending={isPending} onPress={confirm}>
          {verb}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
