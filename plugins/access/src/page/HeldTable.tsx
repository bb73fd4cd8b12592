import {
  Cell,
  CellText,
  type ColumnConfig,
  Table,
  useBreakpoint,
} from '@backstage/ui';
import {
  type Access,
  type HeldPermission,
  isForServices,
  type PermissionsQuery,
} from '@slipway/plugin-access-common';
import {
  layout as styles,
  PAGE_SIZE,
  pagination,
  Sentence,
  StatusBadge,
} from '@slipway/ui';
import { useMemo } from 'react';
import { MAY_WORDS } from './mayWords';
import type { Change } from './useAccessQuery';

type Row = HeldPermission & { id: string };

const columns: ColumnConfig<Row>[] = [
  {
    id: 'title',
    label: 'Permission',
    minWidth: 310,
    defaultWidth: '3fr',
    isRowHeader: true,
    cell: ({ title }) => <CellText title={title} />,
  },
  {
    id: 'may',
    label: 'May',
    minWidth: 110,
    defaultWidth: 110,
    cell: ({ may }) => (
      <Cell>
        <StatusBadge status={may} {...MAY_WORDS[may]} />
      </Cell>
    ),
  },
  {
    id: 'why',
    label: 'Why',
    minWidth: 280,
    defaultWidth: '5fr',
    cell: row => (
      <Cell>
        <div className={`${styles.lines} ${styles.wrap}`}>
          <Why row={row} />
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

const [, may] = columns;
/** On a phone the grounds stand below what they are for, and nothing lies beside the screen. */
const narrowColumns: ColumnConfig<Row>[] = [
  {
    id: 'title',
    label: 'Permission',
    minWidth: 200,
    defaultWidth: '1fr',
    isRowHeader: true,
    cell: row => (
      <Cell>
        <div className={`${styles.lines} ${styles.wrap}`}>
          <strong>{row.title}</strong>
          <Why row={row} />
          <span className={styles.note}>{row.name}</span>
        </div>
      </Cell>
    ),
  },
  may,
];

/** On which grounds somebody has a permission, or that nothing gives it. */
function Why({ row: { name, grounds, note } }: { row: Row }) {
  return (
    <>
      {grounds.length === 0 && (
        <span>
          {isForServices(name)
            ? 'Services do this, never people'
            : 'No role gives it'}
        </span>
      )}
      {grounds.map(({ role, because }) => (
        <span key={role}>
          <Sentence text={capital(because)} />
        </span>
      ))}
      {note && grounds.length > 0 && (
        <span className={styles.note}>{note}</span>
      )}
    </>
  );
}

/** A page of permissions with the grounds on which somebody has them. */
export function HeldTable(props: {
  access: Access;
  query: PermissionsQuery;
  change: Change;
}) {
  const { access, query, change } = props;
  const rows = useMemo(
    () => access.permissions.map(each => ({ ...each, id: each.name })),
    [access],
  );
  const isNarrow = useBreakpoint().down('sm');
  return (
    <Table
      columnConfig={isNarrow ? narrowColumns : columns}
      data={rows}
      pagination={pagination(
        {
          number: (query.offset ?? 0) / PAGE_SIZE + 1,
          totalItems: access.totalItems,
        },
        change,
      )}
    />
  );
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
