import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Container } from '@backstage/ui';
import { isReadable } from '@slipway/plugin-audit-common';
import { EmptyState, ErrorState, PageSkeleton, useLoaded } from '@slipway/ui';
import { auditApiRef } from '../api/AuditApi';
import { ChainState } from './ChainState';
import { EntriesTable } from './EntriesTable';
import { EntryDialog } from './EntryDialog';
import { UnreadableDialog } from './UnreadableDialog';
import { ExportButton } from './ExportButton';
import { Filters } from './Filters';
import { useAuditQuery } from './useAuditQuery';
import styles from './AuditPage.module.css';

/** What everybody did, for auditors. */
export function AuditPage() {
  const api = useApi(auditApiRef);
  const { query, change, days, entry, isFiltered, clear } = useAuditQuery();
  const page = useLoaded(() => api.list(query), [api, query]);
  const items = page.value?.items ?? [];
  const open = items.find(({ seq }) => seq === entry);

  return (
    <Container>
      <div className={styles.stack}>
        <ChainState />
        <div className={styles.between}>
          <h2 className={styles.heading}>Entries</h2>
          <ExportButton period={{ from: query.from, to: query.to }} />
        </div>
        <Filters query={query} days={days} change={change} />
        {page.error && (
          <ErrorState
            title="The entries could not be loaded"
            error={page.error}
            onRetry={page.reload}
          />
        )}
        {!page.value && !page.error && <PageSkeleton label="entries" />}
        {page.value && items.length === 0 && (
          <EmptyState
            title={
              isFiltered || query.cursor
                ? 'No entry matches these filters. Texts are compared whole.'
                : 'Nothing has been recorded yet: each change in the portal will be here.'
            }
            action={
              (isFiltered || query.cursor) && (
                <Button variant="secondary" onPress={clear}>
                  Clear the filters
                </Button>
              )
            }
          />
        )}
        {items.length > 0 && <EntriesTable items={items} change={change} />}
        {(query.cursor || page.value?.nextCursor) && (
          <div className={styles.row}>
            <Button
              variant="secondary"
              isDisabled={!query.cursor}
              onPress={() => change({ cursor: undefined })}
            >
              Back to the newest
            </Button>
            <Button
              variant="secondary"
              isDisabled={!page.value?.nextCursor}
              onPress={() => change({ cursor: page.value?.nextCursor })}
            >
              Show older
            </Button>
          </div>
        )}
        {open &&
          (isReadable(open) ? (
            <EntryDialog event={open} change={change} />
          ) : (
            <UnreadableDialog entry={open} change={change} />
          ))}
      </div>
    </Container>
  );
}
