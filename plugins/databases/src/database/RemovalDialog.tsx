import { useApi } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  Checkbox,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
  TextField,
} from '@backstage/ui';
import {
  IN_USE_WORD,
  WAIVER_REASON_MAX_LENGTH,
  type Database,
  type DeletionRequest,
} from '@slipway/plugin-databases-common';
import { RefusalState } from '@slipway/plugin-policies-react';
import {
  ErrorState,
  PageSkeleton,
  layout as styles,
  useLoaded,
} from '@slipway/ui';
import { DateTime } from 'luxon';
import { type FormEvent, useId, useRef, useState } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';
import { BlastRadiusView } from './BlastRadiusView';
import type { ChangeQuestion } from './changes';

/**
 * Asks before a database is suspended or deleted, after it has said what that hits. Where something uses it, or that is not known,
 * a deletion takes the name and a word.
 */
export function RemovalDialog(props: {
  database: Database;
  question: ChangeQuestion;
  onClose: () => void;
  onChanged: (after: Database) => void;
}) {
  const { database, question, onClose, onChanged } = props;
  const { name } = database;
  const api = useApi(databasesApiRef);
  const formId = useId();
  const radius = useLoaded(
    () => api.getBlastRadius(database.id),
    [api, database.id],
  );
  const [typed, setTyped] = useState({ name: '', word: '', reason: '' });
  const [isWaived, setIsWaived] = useState(false);
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  // One key for one wish: pressing again after a lost answer is no second change.
  const key = useRef({ of: '', value: '' });

  const isDeletion = question.change === 'delete';
  const { deletion } = radius.value ?? {};
  const isLookedAt = Boolean(radius.value ?? radius.error);
  // What could not be looked at may be in use.
  const asksForWord = isDeletion && (deletion?.asksForWord ?? true);
  const asksForName = question.isFinal || asksForWord;
  const missing = question.isFinal ? deletion?.missingBackup : undefined;
  const refusal = isDeletion ? deletion?.refusal : undefined;
  const isConfirmed =
    isLookedAt &&
    !refusal &&
    (!asksForName || typed.name.trim() === name) &&
    (!asksForWord || typed.word.trim() === IN_USE_WORD) &&
    (!missing || (isWaived && typed.reason.trim() !== ''));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isConfirmed || isPending) return;
    const request: DeletionRequest = {
      ...(asksForName && { confirmName: name }),
      ...(asksForWord && { confirmInUse: IN_USE_WORD }),
      ...(missing && { withoutBackup: true, reason: typed.reason.trim() }),
    };
    const of = JSON.stringify(request);
    if (key.current.of !== of) {
      key.current = { of, value: crypto.randomUUID() };
    }
    setIsPending(true);
    setError(undefined);
    try {
      const { database: after } = await api.change(
        database.id,
        question.change,
        key.current.value,
        request,
      );
      onChanged(after);
      onClose();
    } catch (reason) {
      setError(reason);
      setIsPending(false);
      // It may be used since it was looked at.
      radius.reload();
    }
  };
  const field = (which: keyof typeof typed) => ({
    value: typed[which],
    onChange: (value: string) =>
      setTyped(before => ({ ...before, [which]: value })),
    autoComplete: 'off',
  });

  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={600}>
      <DialogHeader>{question.title}</DialogHeader>
      <DialogBody>
        <form id={formId} onSubmit={submit} className={styles.stack}>
          <div>
            {question.consequence}
            {isDeletion && deletion?.undoUntil && !question.isFinal && (
              <> {`It can be undone until ${until(deletion.undoUntil)}.`}</>
            )}
          </div>
          {!isLookedAt && <PageSkeleton label="what uses it" />}
          {radius.error && !radius.value && (
            <ErrorState
              title="What uses it could not be looked at, so that something may"
              error={radius.error}
              onRetry={radius.reload}
            />
          )}
          {radius.value && (
            <BlastRadiusView database={database} radius={radius.value} />
          )}
          {refusal && <Alert status="warning" icon title={refusal} />}
          {missing && (
            <>
              <Alert
                status="warning"
                icon
                title="There is no proven last backup of what it holds"
                description={missing}
              />
              <Checkbox isSelected={isWaived} onChange={setIsWaived}>
                Purge it without a last backup
              </Checkbox>
              {isWaived && (
                <TextField
                  label="Why no last backup is wanted"
                  description="It stays on the timeline and in the audit trail."
                  maxLength={WAIVER_REASON_MAX_LENGTH}
                  isRequired
                  {...field('reason')}
                />
              )}
            </>
          )}
          {asksForName && !refusal && isLookedAt && (
            <>
              <Text as="p" variant="body-medium">
                {question.isFinal ? 'There is no way back. ' : ''}
                Type <code>{name}</code>
                {asksForWord && (
                  <>
                    {' and '}
                    <code>{IN_USE_WORD}</code>
                  </>
                )}{' '}
                to go on.
              </Text>
              <TextField label="Name" {...field('name')} />
              {asksForWord && (
                <TextField
                  label={`The word “${IN_USE_WORD}”`}
                  description="What uses it loses it at once."
                  {...field('word')}
                />
              )}
            </>
          )}
          {error !== undefined && (
            <RefusalState
              title={`Not done: ${question.title}`}
              error={error}
              subject={{
                kind: 'DatabaseRequest',
                name,
                environment: database.environment,
                owner: database.owner,
              }}
            />
          )}
        </form>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose} isDisabled={isPending}>
          Keep it
        </Button>
        <Button
          type="submit"
          form={formId}
          variant="primary"
          destructive
          isDisabled={!isConfirmed}
          isPending={isPending}
        >
          {question.action}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

function until(time: string): string {
  return DateTime.fromISO(time).toFormat('d LLLL yyyy, HH:mm ZZZZ');
}
