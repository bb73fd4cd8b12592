import { Cell, CellText, type ColumnConfig, Table } from '@backstage/ui';
import {
  type Database,
  databasePagePath,
} from '@slipway/plugin-databases-common';
import { StatusBadge, layout as styles } from '@slipway/ui';
import { engineAndVersion, priceAMonth } from '../shared/words';

const columns: ColumnConfig<Database>[] = [
  {
    id: 'name',
    label: 'Name',
    minWidth: 170,
    isRowHeader: true,
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
    minWidth: 125,
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
    id: 'environment',
    label: 'Environment',
    minWidth: 125,
    cell: item => <CellText title={item.environment} />,
  },
  {
    id: 'engine',
    label: 'Engine',
    minWidth: 115,
    cell: item => <CellText title={engineAndVersion(item)} />,
  },
  {
    id: 'size',
    label: 'Size',
    minWidth: 90,
    cell: item => <CellText title={item.size} />,
  },
  {
    id: 'price',
    label: 'Price',
    minWidth: 115,
    cell: item => <CellText title={priceAMonth(item.pricePerMonth)} />,
  },
];

/** A short list without filters. */
export function RelatedDatabases({ databases }: { databases: Database[] }) {
  return (
    <Table
      columnConfig={columns}
      data={databases}
      pagination={{ type: 'none' }}
    />
  );
}
