import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import type { CostQuery } from '@slipway/plugin-databases-common';
import { describeError, layout as styles } from '@slipway/ui';
import { useState } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';

/** Saves all rows of what is shown. */
export function ExportMenu({ query }: { query: CostQuery }) {
  const api = useApi(databasesApiRef);
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async (format: 'csv' | 'json') => {
    setIsPending(true);
    setError(undefined);
    try {
      const url = URL.createObjectURL(await api.exportCosts(format, query));
      const link = document.createElement('a');
      link.href = url;
      link.download = `database-costs-${query.from}-${query.to}.${format}`;
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
