import {
  Cell,
  CellText,
  Table,
  useBreakpoint,
  type ColumnConfig,
} from '@backstage/ui';
import {
  type PolicyViolation,
  type ViolationsPage,
  violationPath,
  wordForKind,
} from '@slipway/plugin-policies-common';
import { wordForFinding } from '@slipway/plugin-policies-react';
import {
  pagination,
  RelativeTime,
  StatusBadge,
  layout as styles,
} from '@slipway/ui';
import { Owner } from '../shared/Owner';
import type { Change } from '../shared/useChange';

const name: ColumnConfig<PolicyViolation> = {
  id: 'name',
  label: 'What',
  defaultWidth: '2fr',
  minWidth: 180,
  isRowHeader: true,
  cell: item => (
    <CellText
      title={item.name}
      description={[wordForKind(item.kind), item.environment]
        .filter(Boolean)
        .join(', ')}
      href={violationPath(item.id)}
    />
  ),
};
const found: ColumnConfig<PolicyViolation> = {
  id: 'found',
  label: 'What is wrong',
  defaultWidth: '4fr',
  minWidth: 260,
  cell: item => <CellText title={item.message} description={item.title} />,
};
const mode: ColumnConfig<PolicyViolation> = {
  id: 'mode',
  label: 'Severity',
  minWidth: 125,
  cell: item => (
    <Cell>
      <StatusBadge status={item.mode} {...wordForFinding(item)} />
    </Cell>
  ),
};
const others: ColumnConfig<PolicyViolation>[] = [
  {
    id: 'owner',
    label: 'Owner',
    minWidth: 120,
    cell: item => (
      <Cell>
        <Owner owner={item.owner} />
      </Cell>
    ),
  },
  {
    id: 'firstSeen',
    label: 'First seen',
    minWidth: 125,
    cell: item => (
      <Cell>
        <RelativeTime at={item.firstSeen} />
      </Cell>
    ),
  },
];

/** What is wrong is what one comes for: on a narrow screen it stands beside what it is about, with the severity in it. */
const narrow: ColumnConfig<PolicyViolation>[] = [
  { ...name, minWidth: 120 },
  {
    ...found,
    minWidth: 200,
    cell: item => (
      <Cell>
        <div className={styles.tight}>
          <span>
            <StatusBadge status={item.mode} {...wordForFinding(item)} />
          </span>
          <span style={{ overflowWrap: 'anywhere' }}>{item.message}</span>
        </div>
      </Cell>
    ),
  },
  ...others,
];
const wide = [name, mode, found, ...others];

/** A page of violations, put in order by the service. */
export function ViolationsTable(props: {
  page: ViolationsPage;
  /** From 1. */
  number: number;
  change: Change;
}) {
  const { page, number, change } = props;
  const isNarrow = useBreakpoint().down('sm');
  return (
    <Table
      columnConfig={isNarrow ? narrow : wide}
      data={page.items}
      pagination={pagination({ number, totalItems: page.totalItems }, change)}
    />
  );
}
