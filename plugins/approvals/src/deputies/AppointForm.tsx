import { useApi } from '@backstage/frontend-plugin-api';
import { Button, TextField } from '@backstage/ui';
import { ErrorState, layout as styles } from '@slipway/ui';
import { useRef, useState } from 'react';
import { approvalsApiRef } from '../api/ApprovalsApi';

/** Days from the first to the last, both whole, where the person is. */
function toPeriod(first: string, last: string) {
  const from = new Date(`${first}T00:00:00`);
  const until = new Date(`${last}T00:00:00`);
  until.setDate(until.getDate() + 1);
  if (Number.isNaN(from.getTime()) || Number.isNaN(until.getTime())) {
    throw new Error('Give both days, as 2026-01-31.');
  }
  return { from: from.toISOString(), until: until.toISOString() };
}

/** Names somebody who casts one's votes for some days. */
export function AppointForm({ onAppointed }: { onAppointed: () => void }) {
  const api = useApi(approvalsApiRef);
  const today = new Date().toLocaleDateString('sv');
  const [deputy, setDeputy] = useState('');
  const [first, setFirst] = useState(today);
  const [last, setLast] = useState(today);
  const [reason, setReason] = useState('');
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  // One key until it is taken: pressing again after a lost answer is no second appointment.
  const key = useRef(crypto.randomUUID());

  const appoint = async () => {
    setIsPending(true);
    setError(undefined);
    try {
      await api.appointDeputy(
        {
          deputy: deputy.trim(),
          ...toPeriod(first, last),
          reason: reason.trim() || undefined,
        },
        key.current,
      );
      key.current = crypto.randomUUID();
      setDeputy('');
      setReason('');
      onAppointed();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setIsPending(false);
    }
  };

  return (
    <div className={styles.stack}>
      <TextField
        label="Who votes for you"
        description="A name of the catalog, such as nora.lindqvist"
        value={deputy}
        onChange={setDeputy}
      />
      <TextField
        label="First day"
        description="As 2026-01-31"
        value={first}
        onChange={setFirst}
      />
      <TextField
        label="Last day"
        description="Three months at most"
        value={last}
        onChange={setLast}
      />
      <TextField
        label="Reason"
        secondaryLabel="Optional"
        value={reason}
        onChange={setReason}
      />
      {error !== undefined && (
        <ErrorState title="There is no deputy yet" error={error} />
      )}
      <div className={styles.row}>
        <Button variant="primary" isPending={isPending} onPress={appoint}>
          Name deputy
        </Button>
      </div>
    </div>
  );
}
