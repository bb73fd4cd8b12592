import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Cell,
  CellText,
  type ColumnConfig,
  Table,
} from '@backstage/ui';
import type { GivenPermission } from '@slipway/plugin-access-common';
import {
  EmptyState,
  ErrorState,
  layout as styles,
  PAGE_SIZE,
  PageSkeleton,
  pagination,
  Sentence,
  useLoaded,
} from '@slipway/ui';
import { useMemo } from 'react';
import { useLocation } from 'react-router-dom';
import { accessApiRef } from '../api/AccessApi';
import { Unasked } from './AccessOf';
import { Filters } from './Filters';
import { HoldersDialog } from './HoldersDialog';
import { Bounds } from './RoleWords';
import { useAccessQuery } from './useAccessQuery';

type Row = GivenPermission & { id: string };

/** All permissions, and the roles that give them. */
export function PermissionsView() {
  const api = useApi(accessApiRef);
  const { query, change, open } = useAccessQuery();
  const { pathname, search } = useLocation();
  const { value, error, reload } = useLoaded(
    () => api.listPermissions({ ...query, may: undefined }),
    [api, query],
  );
  const columns = useMemo(
    () =>
      createColumns(name => {
        const params = new URLSearchParams(search);
        params.set('open', name);
        return `${pathname}?${params}`;
      }),
    [pathname, search],
  );
  const rows = useMemo(
    () => value?.items.map(each => ({ ...each, id: each.name })) ?? [],
    [value],
  );
  return (
    <>
      <Unasked plugins={value?.unasked ?? []} />
      <Filters query={query} change={change} />
      {error && (
        <ErrorState
          title="The permissions could not be loaded"
          error={error}
          onRetry={reload}
        />
      )}
      {!value && !error && <PageSkeleton label="permissions" />}
      {value?.totalItems === 0 && (
        <EmptyState
          title="No permission matches this search."
          action={
            <Button
              variant="secondary"
              onPress={() => change({ search: undefined, plugin: undefined })}
            >
              Clear filters
            </Button>
          }
        />
      )}
      {rows.length > 0 && (
        <Table
          columnConfig={columns}
          data={rows}
          pagination={pagination(
            {
              number: (query.offset ?? 0) / PAGE_SIZE + 1,
              totalItems: value!.totalItems,
            },
            change,
          )}
        />
      )}
      {open && (
        <HoldersDialog
          key={open}
          permission={open}
          onClose={() => change({ open: undefined })}
        />
      )}
    </>
  );
}

function createColumns(hrefOf: (name: string) => string): ColumnConfig<Row>[] {
  return [
    {
      id: 'title',
      label: 'Permission',
      minWidth: 310,
      defaultWidth: '3fr',
      isRowHeader: true,
      cell: ({ title, name }) => <CellText title={title} href={hrefOf(name)} />,
    },
    {
      id: 'roles',
      label: 'Who has it',
      minWidth: 300,
      defaultWidth: '5fr',
      cell: ({ roles }) => (
        <Cell>
          <div className={`${styles.lines} ${styles.wrap}`}>
            {roles.length === 0 && <span>No person: services use it</span>}
            {roles.map(({ name, title, members, ...bounds }) => (
              <span key={name}>
                {title}
                {members.length > 0 && (
                  <>
                    : <Sentence text={members.join(', ')} />
                  </>
                )}
                <Bounds bounds={bounds} between=", " />
              </span>
            ))}
          </div>
        </Cell>
      ),
    },
    {
      id: 'name',
      label: 'Name',
      minWidth: 240,
      defaultWidth: '2fr',
      cell: ({ name }) => <CellText title={name} />,
    },
  ];
}
