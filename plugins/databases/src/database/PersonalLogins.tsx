import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Cell,
  CellText,
  type ColumnConfig,
  Table,
  useBreakpoint,
} from '@backstage/ui';
import type { Database, PersonalLogin } from '@slipway/plugin-databases-common';
import {
  ConfirmByName,
  EntityName,
  ErrorState,
  type Loaded,
  RelativeTime,
  StatusBadge,
  layout as styles,
} from '@slipway/ui';
import { useState } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';
import { accessWords } from '../shared/words';

/** Who holds logins, with a way to end each. */
export function PersonalLogins(props: {
  database: Database;
  logins: Loaded<PersonalLogin[]>;
  mayRevoke: boolean;
}) {
  const { database, logins, mayRevoke } = props;
  const api = useApi(databasesApiRef);
  const [revoking, setRevoking] = useState<PersonalLogin>();

  // What a phone has no room for beside the login stands below it.
  const isNarrow = useBreakpoint().down('sm');

  const ends = (item: PersonalLogin) => (
    <span className={styles.wrap}>
      <RelativeTime at={item.revokedAt ?? item.expiresAt} />
    </span>
  );
  const columns: ColumnConfig<PersonalLogin>[] = [
    {
      id: 'user',
      label: 'Login',
      isRowHeader: true,
      defaultWidth: '2fr',
      minWidth: isNarrow ? 130 : 185,
      // One person can hold several: what tells them apart stands at the end of the name.
      cell: item => (
        <Cell>
          <div className={styles.lines}>
            <EntityName entityRef={item.user} />
            <code className={styles.wrap}>{item.username}</code>
            {isNarrow && (
              <span className={styles.note}>
                {accessWords[item.access].title}, {ends(item)}
              </span>
            )}
          </div>
        </Cell>
      ),
    },
    ...(isNarrow
      ? []
      : [
          {
            id: 'access',
            label: 'Access',
            minWidth: 80,
            cell: (item: PersonalLogin) => (
              <CellText title={accessWords[item.access].title} />
            ),
          },
        ]),
    {
      id: 'state',
      label: 'State',
      minWidth: 118,
      cell: item => (
        <Cell>
          <StatusBadge status={item.state} />
        </Cell>
      ),
    },
    ...(isNarrow
      ? []
      : [
          {
            id: 'ends',
            label: 'Ends',
            minWidth: 119,
            cell: (item: PersonalLogin) => <Cell>{ends(item)}</Cell>,
          },
        ]),
    {
      id: 'actions',
      label: 'Actions',
      minWidth: 98,
      cell: item => (
        <Cell>
          {(item.state === 'active' || item.state === 'creating') && (
            <Button
              size="small"
              variant="secondary"
              isDisabled={!mayRevoke}
              aria-label={`Revoke ${item.username}`}
              onPress={() => setRevoking(item)}
            >
              Revoke
            </Button>
          )}
        </Cell>
      ),
    },
  ];

  return (
    <section aria-labelledby="personal-logins">
      <h2 id="personal-logins" className={styles.heading}>
        Personal logins
      </h2>
      {logins.error && (
        <ErrorState
          title="The logins could not be loaded"
          error={logins.error}
          onRetry={logins.reload}
        />
      )}
      {logins.value?.length === 0 && (
        <p className={styles.note}>
          {/* Others' logins are shown to those who may hand them out. */}
          {mayRevoke
            ? 'Nobody holds a personal login.'
            : 'You hold no personal login.'}
        </p>
      )}
      {logins.value && logins.value.length > 0 && (
        <Table
          columnConfig={columns}
          data={logins.value}
          pagination={{ type: 'none' }}
        />
      )}
      <ConfirmByName
        isOpen={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={`Revoke ${revoking?.username ?? ''}`}
        action="Revoke login"
        onConfirm={async () => {
          if (revoking) {
            await api.revokePersonalLogin(database.id, revoking.id);
            logins.reload();
          }
        }}
      >
        Its open sessions end at once and it cannot be used again. Data stays as
        it is. A new login can be had at any time.
      </ConfirmByName>
    </section>
  );
}
