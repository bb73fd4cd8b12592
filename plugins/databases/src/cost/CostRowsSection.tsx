import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Cell,
  CellText,
  Column,
  type ColumnConfig,
  Table,
} from '@backstage/ui';
import {
  type CostQuery,
  type CostRow,
  databasePagePath,
} from '@slipway/plugin-databases-common';
import {
  EntityName,
  ErrorState,
  PAGE_SIZE,
  PageSkeleton,
  pagination,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { databasesApiRef } from '../api/DatabasesApi';
import { priceAMonth } from '../shared/words';
import { money, timeWords } from './costWords';

type Item = CostRow & { id: string };

const columns: ColumnConfig<Item>[] = [
  {
    id: 'name',
    label: 'Database',
    isRowHeader: true,
    minWidth: 210,
    cell: item => (
      <CellText
        title={`${item.name} (${item.environment})`}
        href={
          item.isDeleted
            ? undefined
            : databasePagePath(item.name, item.environment)
        }
      />
    ),
  },
  {
    id: 'owner',
    label: 'Team',
    minWidth: 110,
    cell: item => (
      <Cell>
        <EntityName entityRef={item.owner} />
      </Cell>
    ),
  },
  {
    id: 'size',
    label: 'Size',
    minWidth: 80,
    cell: item => <CellText title={item.size} />,
  },
  {
    id: 'from',
    label: 'From',
    minWidth: 170,
    cell: item => <CellText title={timeWords(item.from)} />,
  },
  {
    id: 'to',
    label: 'To',
    minWidth: 170,
    cell: item => <CellText title={timeWords(item.to)} />,
  },
  {
    id: 'price',
    label: 'Price',
    header: () => (
      <Column id="price" minWidth={120} className={styles.numberHead}>
        Price
      </Column>
    ),
    cell: item => (
      <Cell className={styles.number}>{priceAMonth(item.pricePerMonth)}</Cell>
    ),
  },
  {
    id: 'cost',
    label: 'Cost',
    header: () => (
      <Column id="cost" minWidth={95} className={styles.numberHead}>
        Cost
      </Column>
    ),
    cell: item => (
      <Cell className={styles.number}>
        {item.cost ? money(item.cost) : 'Unknown'}
      </Cell>
    ),
  },
];

/** What a number is made of: which database, in which size, from when to when, at what price. */
export function CostRowsSection(props: {
  query: CostQuery;
  title: string;
  page: number;
  change: (changes: Record<string, string | undefined>) => void;
}) {
  const { query, title, page, change } = props;
  const api = useApi(databasesApiRef);
  const rows = useLoaded(
    () =>
      api.listCosts(query, {
        offset: (page - 1) * PAGE_SIZE,
        limit: PAGE_SIZE,
      }),
    [api, query, page],
  );
  return (
    <section aria-labelledby="cost-rows" className={styles.tight}>
      <div className={styles.row} style={{ justifyContent: 'space-between' }}>
        <h2 id="cost-rows" className={styles.heading}>
          {title}
        </h2>
        <Button
          size="small"
          variant="secondary"
          onPress={() => change({ open: undefined, unpriced: undefined })}
        >
          Close
        </Button>
      </div>
      <p className={styles.note}>
        Times are in UTC, as months are. A row costs its price by its share of
        the seconds of its month.
      </p>
      {rows.error && (
        <ErrorState
          title="The rows could not be loaded"
          error={rows.error}
          onRetry={rows.reload}
        />
      )}
      {!rows.value && !rows.error && <PageSkeleton label="rows" />}
      {rows.value && (
        <Table
          columnConfig={columns}
          data={rows.value.items.map(item => ({
            ...item,
            id: `${item.databaseId} ${item.from}`,
          }))}
          pagination={pagination(
            { number: page, totalItems: rows.value.totalItems },
            change,
          )}
        />
      )}
    </section>
  );
}
