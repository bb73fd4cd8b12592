import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import type { Database } from '@slipway/plugin-databases-common';
import { ErrorState } from '@slipway/ui';
import { useRef, useState } from 'react';
import { type DatabaseChange, databasesApiRef } from '../api/DatabasesApi';

/** A change that loses nothing, or was asked about before, and is made at once: resume, retry, rotate again. */
export function ChangeButton(props: {
  database: Database;
  change: DatabaseChange;
  label: string;
  isAllowed: boolean;
  reasonId?: string;
  /** Beside a sentence, and not what the page is for. */
  isSmall?: boolean;
  onChanged: () => void;
}) {
  const { database, change, label, isAllowed, reasonId, onChanged } = props;
  const api = useApi(databasesApiRef);
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  // One key until it is taken: pressing again after a lost answer is no second change.
  const key = useRef(crypto.randomUUID());

  const press = async () => {
    setIsPending(true);
    setError(undefined);
    try {
      await api.change(database.id, change, key.current);
      key.current = crypto.randomUUID();
      onChanged();
    } catch (reason) {
      setError(reason);
    } finally {
      setIsPending(false);
    }
  };

  return (
    <>
      <Button
        variant={props.isSmall ? 'secondary' : 'primary'}
        size={props.isSmall ? 'small' : undefined}
        isPending={isPending}
        isDisabled={!isAllowed}
        aria-describedby={isAllowed ? undefined : reasonId}
        onPress={press}
      >
        {label}
      </Button>
      {error !== undefined && (
        <ErrorState title={`Not done: ${label}`} error={error} />
      )}
    </>
  );
}
