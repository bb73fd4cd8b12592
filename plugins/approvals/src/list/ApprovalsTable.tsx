import { Cell, CellText, Table, type ColumnConfig } from '@backstage/ui';
import {
  approvalPagePath,
  type Approval,
  type ApprovalsPage,
} from '@slipway/plugin-approvals-common';
import { EntityLink, pagination, RelativeTime, StatusBadge } from '@slipway/ui';
import { approvalsSoFar } from '../shared/words';

const columns: ColumnConfig<Approval>[] = [
  {
    id: 'title',
    label: 'What',
    defaultWidth: '3fr',
    minWidth: 220,
    isRowHeader: true,
    cell: item => (
      <CellText title={item.title} href={approvalPagePath(item.id)} />
    ),
  },
  {
    id: 'state',
    label: 'State',
    minWidth: 130,
    cell: item => (
      <Cell>
        <StatusBadge status={item.state} />
      </Cell>
    ),
  },
  {
    id: 'environment',
    label: 'Environment',
    minWidth: 125,
    cell: item => <CellText title={item.environment ?? ''} />,
  },
  {
    id: 'requester',
    label: 'Asked by',
    minWidth: 130,
    cell: item => (
      <Cell>
        <EntityLink entityRef={item.requester} />
      </Cell>
    ),
  },
  {
    id: 'approvals',
    label: 'Approvals',
    minWidth: 110,
    cell: item => <CellText title={approvalsSoFar(item)} />,
  },
  {
    id: 'time',
    label: 'Deadline or end',
    minWidth: 165,
    cell: item => (
      <Cell>
        <RelativeTime at={item.endedAt ?? item.expiresAt} />
      </Cell>
    ),
  },
];

/** A page of approvals, put in order by the server. */
export function ApprovalsTable(props: {
  page: ApprovalsPage;
  /** From 1. */
  number: number;
  change: (changes: { page: string | undefined }) => void;
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
