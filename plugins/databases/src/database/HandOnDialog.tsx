import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  TextField,
} from '@backstage/ui';
import {
  type Database,
  HAND_ON_REASON_MAX_LENGTH,
} from '@slipway/plugin-databases-common';
import { RefusalState } from '@slipway/plugin-policies-react';
import { layout as styles, useEntityTitle } from '@slipway/ui';
import { useId, useRef, useState, type FormEvent } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';
import type { FoundGroup } from './findGroups';
import { GroupField } from './GroupField';

/** Makes another group the owner of a database, after saying what follows from it. */
export function HandOnDialog(props: {
  database: Database;
  /** Whether any group may be chosen, and not the person's own only. */
  isAny: boolean;
  onClose: () => void;
  onChanged: () => void;
}) {
  const { database, isAny, onClose, onChanged } = props;
  const api = useApi(databasesApiRef);
  const formId = useId();
  const owner = useEntityTitle(database.owner);
  const [group, setGroup] = useState<FoundGroup | null>(null);
  const [reason, setReason] = useState('');
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  // One key for one choice: pressing again after a lost answer is no second change.
  const key = useRef({ of: '', value: '' });
  const isComplete = group !== null && reason.trim() !== '';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isComplete || isPending) return;
    const request = { owner: group.id, reason: reason.trim() };
    const of = JSON.stringify(request);
    if (key.current.of !== of) {
      key.current = { of, value: crypto.randomUUID() };
    }
    setIsPending(true);
    setError(undefined);
    try {
      await api.handOn(database.id, request, key.current.value);
      onChanged();
      onClose();
    } catch (refusal) {
      setError(refusal);
      setIsPending(false);
    }
  };

  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={560}>
      <DialogHeader>{`Hand on ${database.name}`}</DialogHeader>
      <DialogBody>
        <form id={formId} onSubmit={submit} className={styles.stack}>
          <GroupField
            label="New owner"
            description={
              isAny
                ? 'Any group of the catalog.'
                : 'A group that you belong to. To another one the platform team hands it on.'
            }
            isAny={isAny}
            except={database.owner}
            value={group}
            onChange={setGroup}
          />
          <TextField
            label="Reason"
            description="Both groups read it."
            value={reason}
            onChange={setReason}
            maxLength={HAND_ON_REASON_MAX_LENGTH}
            isRequired
            autoComplete="off"
          />
          <Consequences
            database={database}
            from={owner}
            to={group?.title ?? 'the new owner'}
          />
          {error !== undefined && (
            <RefusalState
              title="Not handed on"
              error={error}
              subject={{
                kind: 'DatabaseRequest',
                name: database.name,
                environment: database.environment,
                owner: group?.id,
              }}
            />
          )}
        </form>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose} isDisabled={isPending}>
          Cancel
        </Button>
        <Button
          type="submit"
          form={formId}
          variant="primary"
          isDisabled={!isComplete}
          isPending={isPending}
        >
          Hand it on
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

function Consequences(props: { database: Database; from: string; to: string }) {
  const { database, from, to } = props;
  const { state } = database;
  const follows = [
    `It belongs to ${to} at once: its members connect to it, change it and delete it, and ${from} no longer can.`,
    state === 'awaiting-approval'
      ? 'What was decided so far counts no more: those who decide are asked anew, with the new owner.'
      : 'Personal logins of people who could not get one from the new owner end at once.',
    'Data and the application’s login stay as they are.',
    `Both groups are told. The way back is that ${to} hands it back.`,
  ];
  return (
    <section aria-label="What follows">
      <h3 className={styles.heading}>What follows</h3>
      <ul className={styles.list}>
        {follows.map(sentence => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}
