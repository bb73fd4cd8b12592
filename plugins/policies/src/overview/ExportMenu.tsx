import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import type { ViolationsQuery } from '@slipway/plugin-policies-common';
import { policiesApiRef } from '@slipway/plugin-policies-react';
import { describeError, layout as styles } from '@slipway/ui';
import { useState } from 'react';

/** Saves all violations that match the filters, not just the page that is shown. */
export function ExportMenu({ query }: { query: ViolationsQuery }) {
  const api = useApi(policiesApiRef);
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async (format: 'csv' | 'json') => {
    setIsPending(true);
    setError(undefined);
    try {
      const { offset, limit, ...filter } = query;
      const url = URL.createObjectURL(
        await api.exportViolations(format, filter),
      );
      const link = document.createElement('a');
      link.href = url;
      link.download = `violations-${new Date().toISOString().slice(0, 10)}.${format}`;
      link.click();
      URL.revokeObjectURL(url);
    } catch (problem) {
      setError(problem);
    } finally {
      setIsPending(false);
    }
  };
  return (
    <span className={styles.row}>
      {error !== undefined && (
        <span className={styles.problem} role="alert">
          {describeError(error).cause}
        </span>
      )}
      <MenuTrigger>
        <Button size="small" variant="secondary" isPending={isPending}>
          Export
        </Button>
        <Menu onAction={key => save(key as 'csv' | 'json')}>
          <MenuItem id="csv">As CSV</MenuItem>
          <MenuItem id="json">As JSON</MenuItem>
        </Menu>
      </MenuTrigger>
    </span>
  );
}
