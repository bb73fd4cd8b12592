import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  TextField,
} from '@backstage/ui';
import type {
  Database,
  DatabaseExpiryRule,
} from '@slipway/plugin-databases-common';
import { RefusalState } from '@slipway/plugin-policies-react';
import { layout as styles } from '@slipway/ui';
import { DateTime } from 'luxon';
import { type FormEvent, useId, useRef, useState } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';

const DAYS = 30;

/** Gives a database a later end: the suggested one takes a single click. */
export function ExtendDialog(props: {
  database: Database;
  rule?: DatabaseExpiryRule;
  onClose: () => void;
  onChanged: () => void;
}) {
  const { database, rule, onClose, onChanged } = props;
  const api = useApi(databasesApiRef);
  const formId = useId();
  const [day, setDay] = useState(() => suggestion(database, rule));
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  // One key for one day: pressing again after a lost answer is no second change.
  const key = useRef({ of: '', value: '' });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!day || isPending) return;
    if (key.current.of !== day) {
      key.current = { of: day, value: crypto.randomUUID() };
    }
    setIsPending(true);
    setError(undefined);
    try {
      await api.extend(database.id, { expiresAt: day }, key.current.value);
      onChanged();
      onClose();
    } catch (refusal) {
      setError(refusal);
      setIsPending(false);
    }
  };

  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={520}>
      <DialogHeader>{`Extend ${database.name}`}</DialogHeader>
      <DialogBody>
        <form id={formId} onSubmit={submit} className={styles.stack}>
          <div>
            {`${isOver(database) ? 'It has ended' : 'It ends'} on ${inWords(database.expiresAt)}. At its end logins are turned off; the data is kept for the grace period, and can be purged after that.`}
            {database.state === 'suspended' &&
              ' Its logins are off now: resume it when it is extended.'}
          </div>
          <TextField
            label="New last day"
            placeholder="2027-01-31"
            autoComplete="off"
            description={
              rule?.maxDays
                ? `Year-month-day, at most ${rule.maxDays} days from now in ${database.environment}. To the end of the day, in UTC.`
                : 'Year-month-day. To the end of the day, in UTC.'
            }
            value={day}
            onChange={setDay}
            isRequired
          />
          {error !== undefined && (
            <RefusalState
              title="It was not extended"
              error={error}
              subject={{
                kind: 'DatabaseRequest',
                name: database.name,
                environment: database.environment,
                owner: database.owner,
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
          isDisabled={!day}
          isPending={isPending}
        >
          Extend database
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

/** A month after its end, or from now when it has ended; no more than may be asked for. */
function suggestion(
  { expiresAt = '' }: Database,
  rule: DatabaseExpiryRule | undefined,
): string {
  const now = DateTime.utc();
  const end = DateTime.fromISO(expiresAt, { zone: 'utc' });
  const wanted = DateTime.max(now, end).plus({ days: DAYS });
  const last = rule?.maxDays ? now.plus({ days: rule.maxDays }) : wanted;
  return DateTime.min(wanted, last).toFormat('yyyy-MM-dd');
}

function isOver({ expiresAt = '' }: Database): boolean {
  return Date.parse(expiresAt) <= Date.now();
}

function inWords(time = ''): string {
  return DateTime.fromISO(time).toFormat('d LLLL yyyy, HH:mm ZZZZ');
}
