import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { Button, DateRangePicker, TextField } from '@backstage/ui';
import {
  type CalendarDate,
  getLocalTimeZone,
  today,
} from '@internationalized/date';
import {
  EntityField,
  ErrorState,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useRef, useState } from 'react';
import { approvalsApiRef } from '../api/ApprovalsApi';

/** The longest that the service takes. */
const LONGEST_DAYS = 92;

interface Days {
  start: CalendarDate;
  end: CalendarDate;
}

/** From the first day to the last, both whole, where the person is. */
function toPeriod({ start, end }: Days) {
  const zone = getLocalTimeZone();
  return {
    from: start.toDate(zone).toISOString(),
    until: end.add({ days: 1 }).toDate(zone).toISOString(),
  };
}

/** Names somebody who casts one's votes for some days. */
export function AppointForm({ onAppointed }: { onAppointed: () => void }) {
  const api = useApi(approvalsApiRef);
  const identityApi = useApi(identityApiRef);
  const me = useLoaded(
    async () => (await identityApi.getBackstageIdentity()).userEntityRef,
    [identityApi],
  );
  const first = today(getLocalTimeZone());
  const [deputy, setDeputy] = useState<string>();
  const [days, setDays] = useState<Days | null>({ start: first, end: first });
  const [reason, setReason] = useState('');
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  // The same key as long as the same is asked for: pressing again after a lost answer is no second appointment.
  const sent = useRef<{ body: string; key: string }>();

  const appoint = async () => {
    setError(undefined);
    if (!deputy || !days) {
      setError(
        new Error(
          deputy
            ? 'Choose the days, the first and the last.'
            : 'Choose the person who votes for you.',
        ),
      );
      return;
    }
    setIsPending(true);
    const request = {
      deputy,
      ...toPeriod(days),
      reason: reason.trim() || undefined,
    };
    const body = JSON.stringify(request);
    if (sent.current?.body !== body) {
      sent.current = { body, key: crypto.randomUUID() };
    }
    try {
      await api.appointDeputy(request, sent.current.key);
      sent.current = undefined;
      setDeputy(undefined);
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
      <EntityField
        label="Who votes for you"
        kinds={['user']}
        without={me.value ? [me.value] : []}
        value={deputy}
        onChange={setDeputy}
      />
      <DateRangePicker
        label="First and last day"
        description={`Both whole, ${LONGEST_DAYS} days at most.`}
        minValue={first}
        value={days}
        onChange={range => setDays(range as Days | null)}
      />
      <TextField
        label="Reason"
        secondaryLabel="Optional"
        maxLength={300}
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
