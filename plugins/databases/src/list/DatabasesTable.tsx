import {
  Cell,
  CellText,
  Column,
  type ColumnConfig,
  Table,
} from '@backstage/ui';
import {
  type Database,
  databasePagePath,
  type DatabasesPage,
  type DatabasesQuery,
} from '@slipway/plugin-databases-common';
import {
  EntityLink,
  PAGE_SIZE,
  pagination,
  StatusBadge,
  layout as styles,
} from '@slipway/ui';
import { engineAndVersion, priceAMonth, sizeAndUse } from '../shared/words';

// Where the page is narrower than all of them, the table scrolls.
const columns: ColumnConfig<Database>[] = [
  {
    id: 'name',
    label: 'Name',
    defaultWidth: '2fr',
    minWidth: 170,
    isRowHeader: true,
    isSortable: true,
    cell: item => (
      <CellText
        title={item.name}
        href={databasePagePath(item.name, item.environment)}
      />
    ),
  },
  {
    id: 'state',
    label: 'State',
    // "Awaiting approval" is read whole.
    minWidth: 182,
    isSortable: true,
    cell: item => (
      <Cell>
        <span className={styles.row}>
          <StatusBadge status={item.state} />
          {item.conditions.map(({ type }) => (
            <StatusBadge key={type} status={type} />
          ))}
        </span>
      </Cell>
    ),
  },
  {
    id: 'engine',
    label: 'Engine',
    minWidth: 115,
    cell: item => <CellText title={engineAndVersion(item)} />,
  },
  {
    id: 'environment',
    label: 'Environment',
    minWidth: 145,
    isSortable: true,
    cell: item => <CellText title={item.environment} />,
  },
  {
    id: 'owner',
    label: 'Owner',
    minWidth: 100,
    isSortable: true,
    cell: item => (
      <Cell>
        <EntityLink entityRef={item.owner} />
      </Cell>
    ),
  },
  {
    id: 'size',
    label: 'Size and use',
    minWidth: 190,
    cell: item => <CellText title={sizeAndUse(item)} />,
  },
  {
    id: 'price',
    label: 'Price',
    header: () => (
      <Column id="price" minWidth={132} className={styles.numberHead}>
        Price
      </Column>
    ),
    cell: item => (
      <Cell className={styles.number}>{priceAMonth(item.pricePerMonth)}</Cell>
    ),
  },
];

/** A page of databases, put in order by the server. */
export function DatabasesTable(props: {
  page: DatabasesPage;
  query: DatabasesQuery;
  change: (changes: Record<string, string | undefined>) => void;
}) {
  const { page, query, change } = props;
  return (
    <Table
      columnConfig={columns}
      data={page.items}
      sort={{
        descriptor: {
          column: query.sort ?? 'name',
          direction: query.order === 'desc' ? 'descending' : 'ascending',
        },
        onSortChange: ({ column, direction }) =>
          change({
            sort: String(column),
            order: direction === 'descending' ? 'desc' : undefined,
          }),
      }}
      pagination={pagination(
        {
          number: (query.offset ?? 0) / PAGE_SIZE + 1,
          totalItems: page.totalItems,
        },
        change,
      )}
    />
  );
}
