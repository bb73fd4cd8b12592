import { Cell, CellText, Table, type ColumnConfig } from '@backstage/ui';
import {
  type PolicyViolation,
  type ViolationsPage,
  violationPath,
  wordForKind,
} from '@slipway/plugin-policies-common';
import { wordForFinding } from '@slipway/plugin-policies-react';
import { pagination, RelativeTime, StatusBadge } from '@slipway/ui';
import { Owner } from '../shared/Owner';
import type { Change } from '../shared/useChange';

const columns: ColumnConfig<PolicyViolation>[] = [
  {
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
  },
  {
    id: 'mode',
    label: 'Severity',
    minWidth: 125,
    cell: item => (
      <Cell>
        <StatusBadge status={item.mode} {...wordForFinding(item)} />
      </Cell>
    ),
  },
  {
    id: 'found',
    label: 'What is wrong',
    defaultWidth: '4fr',
    minWidth: 260,
    cell: item => <CellText title={item.message} description={item.title} />,
  },
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

/** A page of violations, put in order by the service. */
export function ViolationsTable(props: {
  page: ViolationsPage;
  /** From 1. */
  number: number;
  change: Change;
}) {
  const { page, number, change } = props;
  return (
    <Table
      columnConfig={columns}
      data={page.items}
      pagination={pagination({ number, totalItems: page.totalItems }, change)}
    />
  );
}
