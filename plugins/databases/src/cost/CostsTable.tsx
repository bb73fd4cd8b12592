import {
  Button,
  Cell,
  Column,
  type ColumnConfig,
  Table,
  useBreakpoint,
} from '@backstage/ui';
import type { CostGrouping, Costs } from '@slipway/plugin-databases-common';
import { EntityName, layout as styles } from '@slipway/ui';
import { databasesWords, monthWords, sumWords } from './costWords';

type Item = Costs['items'][0] & { id: string };

/** What each group costs; each opens into what it is made of. */
export function CostsTable(props: {
  costs: Costs;
  heading: string;
  onOpen: (key: string) => void;
}) {
  const { costs, heading, onOpen } = props;
  const isNarrow = useBreakpoint().down('sm');
  const columns: ColumnConfig<Item>[] = [
    {
      id: 'title',
      label: heading,
      defaultWidth: '2fr',
      minWidth: 150,
      isRowHeader: true,
      cell: item => (
        <Cell>
          <span className={styles.wrap}>
            <Title by={costs.by} item={item} />
          </span>
        </Cell>
      ),
    },
    {
      id: 'cost',
      label: 'Cost',
      header: () => (
        <Column id="cost" minWidth={100} className={styles.numberHead}>
          Cost
        </Column>
      ),
      cell: item => (
        <Cell className={styles.number}>
          {sumWords(item)}
          {item.withoutPrice > 0 && item.amounts.length > 0 && (
            <span className={styles.note}>
              {`, and ${databasesWords(item.withoutPrice)} unknown`}
            </span>
          )}
        </Cell>
      ),
    },
    {
      id: 'databases',
      label: 'Databases',
      header: () => (
        <Column id="databases" minWidth={95} className={styles.numberHead}>
          Databases
        </Column>
      ),
      cell: item => (
        <Cell className={styles.number}>
          {item.databases.toLocaleString('en')}
        </Cell>
      ),
    },
    {
      id: 'open',
      label: 'Rows',
      minWidth: 85,
      cell: item => (
        <Cell>
          <Button
            size="small"
            variant="secondary"
            aria-label={`Open ${item.title}`}
            onPress={() => onOpen(item.key)}
          >
            Open
          </Button>
        </Cell>
      ),
    },
  ];
  return (
    <Table
      // A phone keeps what opens in sight.
      columnConfig={columns.filter(({ id }) => !isNarrow || id !== 'databases')}
      data={costs.items.map(item => ({ ...item, id: item.key }))}
      pagination={{ type: 'none' }}
    />
  );
}

function Title({ by, item }: { by: CostGrouping; item: Item }) {
  const isRef = /^(group|system):/.test(item.key);
  if (isRef) return <EntityName entityRef={item.key} />;
  return <>{by === 'month' ? monthWords(item.key) : item.title}</>;
}
