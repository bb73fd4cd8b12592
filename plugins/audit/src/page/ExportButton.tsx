import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { describeError } from '@slipway/ui';
import { useState } from 'react';
import { auditApiRef } from '../api/AuditApi';
import styles from './AuditPage.module.css';

/** Saves all entries of the chosen days, whatever else is filtered: only so can they be verified. */
export function ExportButton(props: {
  period: { from?: string; to?: string };
}) {
  const { period } = props;
  const api = useApi(auditApiRef);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();

  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const url = URL.createObjectURL(await api.export(period));
      const link = document.createElement('a');
      link.href = url;
      link.download = `audit-${day(period.from)}-${day(period.to)}.jsonl`;
      link.click();
      URL.revokeObjectURL(url);
    } catch (problem) {
      setError(problem as Error);
    } finally {
      setBusy(false);
    }
  };

  const isWhole = !period.from && !period.to;
  return (
    <span className={styles.between}>
      {error && (
        <span className={styles.problem} role="alert">
          {describeError(error).cause}
        </span>
      )}
      <Button variant="primary" loading={busy} onPress={save}>
        {isWhole ? 'Export all entries' : 'Export these days'}
      </Button>
    </span>
  );
}

function day(time: string | undefined): string {
  return (time ?? new Date().toISOString()).slice(0, 10);
}
