import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  ButtonIcon,
  Cell,
  type ColumnConfig,
  Menu,
  MenuItem,
  MenuTrigger,
  Table,
  useBreakpoint,
} from '@backstage/ui';
import { RiMoreLine } from '@remixicon/react';
import {
  canDo,
  type Database,
  type DatabaseBackup,
  type DatabaseBackupsPage,
  type DatabaseOperation,
} from '@slipway/plugin-databases-common';
import {
  ConfirmByName,
  EntityName,
  ErrorState,
  type Loaded,
  RelativeTime,
  StatusBadge,
  layout as styles,
} from '@slipway/ui';
import { DateTime } from 'luxon';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { databasesApiRef } from '../api/DatabasesApi';
import { backupKindWords, bytes, contentsInWords } from '../shared/backupWords';

/** What was backed up, how well, and what can be done with it. */
export function Backups(props: {
  database: Database;
  /** What is under way, or was last. */
  operation?: DatabaseOperation;
  backups: Loaded<DatabaseBackupsPage>;
  may: { backup: boolean; restore: boolean };
  onChanged: () => void;
}) {
  const { database, operation, backups, may, onChanged } = props;
  const [restoring, setRestoring] = useState<DatabaseBackup>();
  const isNarrow = useBreakpoint().down('sm');
  const isBusy = Boolean(operation && !operation.finishedAt);
  const items = backups.value?.items ?? [];

  const columns: ColumnConfig<DatabaseBackup>[] = [
    {
      id: 'taken',
      label: 'Taken',
      isRowHeader: true,
      defaultWidth: '2fr',
      minWidth: isNarrow ? 130 : 160,
      cell: item => (
        <Cell>
          <div className={styles.lines}>
            <RelativeTime at={item.takenAt ?? item.createdAt} />
            <span className={styles.note}>
              {backupKindWords[item.kind]}
              {item.createdBy.startsWith('user:') && (
                <>
                  , by <EntityName entityRef={item.createdBy} />
                </>
              )}
            </span>
            {isNarrow && <span className={styles.note}>{holds(item)}</span>}
          </div>
        </Cell>
      ),
    },
    ...(isNarrow
      ? []
      : [
          {
            id: 'holds',
            label: 'Holds',
            minWidth: 130,
            cell: (item: DatabaseBackup) => (
              <Cell>
                <span className={styles.wrap}>{holds(item)}</span>
              </Cell>
            ),
          },
        ]),
    {
      id: 'state',
      label: 'State',
      minWidth: 118,
      cell: item => (
        <Cell>
          <div className={styles.lines}>
            <StatusBadge status={item.state} />
            <span className={styles.note}>{stateInWords(item)}</span>
          </div>
        </Cell>
      ),
    },
    {
      id: 'actions',
      label: 'Actions',
      minWidth: 70,
      maxWidth: 90,
      cell: item => (
        <Cell>
          <BackupMenu
            database={database}
            backup={item}
            isBusy={isBusy}
            mayRestore={may.restore}
            onRestore={() => setRestoring(item)}
          />
        </Cell>
      ),
    },
  ];

  return (
    <section aria-labelledby="backups">
      <div className={styles.row}>
        <h2 id="backups" className={styles.heading}>
          Backups
        </h2>
        {canDo('backup', database.state) && (
          <BackUpNow
            database={database}
            isDisabled={!may.backup || isBusy}
            onChanged={onChanged}
          />
        )}
      </div>
      {backups.error && (
        <ErrorState
          title="The backups could not be loaded"
          error={backups.error}
          onRetry={backups.reload}
        />
      )}
      {backups.value && items.length === 0 && (
        <p className={styles.note}>
          There is no backup yet. One is taken while the database is used, and
          is proven by restoring it.
        </p>
      )}
      {items.length > 0 && (
        <Table
          columnConfig={columns}
          data={items}
          pagination={{ type: 'none' }}
        />
      )}
      {restoring && (
        <RestoreDialog
          database={database}
          backup={restoring}
          onClose={() => setRestoring(undefined)}
          onChanged={onChanged}
        />
      )}
    </section>
  );
}

function BackUpNow(props: {
  database: Database;
  isDisabled: boolean;
  onChanged: () => void;
}) {
  const { database, isDisabled, onChanged } = props;
  const api = useApi(databasesApiRef);
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  // One key until it is taken: pressing again after a lost answer is no second backup.
  const key = useRef(crypto.randomUUID());
  const press = async () => {
    setIsPending(true);
    setError(undefined);
    try {
      await api.change(database.id, 'backup', key.current);
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
        size="small"
        variant="secondary"
        isPending={isPending}
        isDisabled={isDisabled}
        onPress={press}
      >
        Back up now
      </Button>
      {error !== undefined && (
        <ErrorState title="Not backed up" error={error} />
      )}
    </>
  );
}

function BackupMenu(props: {
  database: Database;
  backup: DatabaseBackup;
  isBusy: boolean;
  mayRestore: boolean;
  onRestore: () => void;
}) {
  const { database, backup, isBusy, mayRestore, onRestore } = props;
  const navigate = useNavigate();
  if (backup.state !== 'kept' || !mayRestore) {
    return null;
  }
  const here = canDo('restore', database.state) && !isBusy;
  return (
    <MenuTrigger>
      <ButtonIcon
        icon={<RiMoreLine />}
        size="small"
        variant="secondary"
        aria-label={`Actions for the backup ${timeOf(backup)}`}
      />
      <Menu
        disabledKeys={here ? [] : ['here']}
        onAction={action => {
          if (action === 'here') {
            onRestore();
            return;
          }
          const { engine, environment, owner, size, id } = database;
          const query = new URLSearchParams({
            restoreFrom: backup.id,
            of: id,
            engine,
            environment,
            owner,
            size,
          });
          navigate(`/databases/new?${query}`);
        }}
      >
        <MenuItem id="new">Order a new database from it</MenuItem>
        <MenuItem id="here">Restore it here…</MenuItem>
      </Menu>
    </MenuTrigger>
  );
}

function RestoreDialog(props: {
  database: Database;
  backup: DatabaseBackup;
  onClose: () => void;
  onChanged: () => void;
}) {
  const { database, backup, onClose, onChanged } = props;
  const api = useApi(databasesApiRef);
  const [key] = useState(() => crypto.randomUUID());
  return (
    <ConfirmByName
      isOpen
      onClose={onClose}
      title={`Restore ${database.name}`}
      action="Restore database"
      name={database.name}
      why="The way back is another restore."
      onConfirm={async () => {
        await api.restore(
          database.id,
          { backupId: backup.id, confirmName: database.name },
          key,
        );
        onChanged();
      }}
    >
      {`Everything in ${database.name} is replaced by what is in the backup from ${timeOf(backup)}. All sessions end first, and logins are off until the data is there. What it holds then is backed up and proven, and put back if the restore fails. Personal logins are removed; the application’s login stays the same.`}
    </ConfirmByName>
  );
}

function timeOf({ takenAt, createdAt }: DatabaseBackup): string {
  return DateTime.fromISO(takenAt ?? createdAt).toFormat('d LLLL yyyy, HH:mm');
}

function holds({ contents, storedBytes }: DatabaseBackup): string {
  return [
    contents && contentsInWords(contents),
    storedBytes !== undefined && bytes(storedBytes),
  ]
    .filter(Boolean)
    .join(', ');
}

function stateInWords(backup: DatabaseBackup) {
  const { state, provenAt, problem, expiresAt } = backup;
  if (problem) return problem;
  if (state !== 'kept') return undefined;
  return (
    <>
      {provenAt ? (
        <>
          Proven <RelativeTime at={provenAt} />
        </>
      ) : (
        'Not proven yet'
      )}
      {`, kept until ${DateTime.fromISO(expiresAt).toFormat('d LLL yyyy')}`}
    </>
  );
}
