import { Cell, CellText, Table, type ColumnConfig } from '@backstage/ui';
import {
  type PolicyWaiver,
  scopeWords,
  type WaiversPage,
  waiverPath,
} from '@slipway/plugin-policies-common';
import { EntityLink, pagination, RelativeTime, StatusBadge } from '@slipway/ui';
import type { Change } from '../shared/useChange';
import { isAboutToEnd } from './words';

const columns: ColumnConfig<PolicyWaiver>[] = [
  {
    id: 'policy',
    label: 'From',
    defaultWidth: '3fr',
    minWidth: 220,
    isRowHeader: true,
    cell: item => (
      <CellText
        title={item.policyTitle}
        description={scopeWords(item)}
        href={waiverPath(item.id)}
      />
    ),
  },
  {
    id: 'state',
    label: 'State',
    minWidth: 130,
    cell: item => (
      <Cell>
        <WaiverState waiver={item} />
      </Cell>
    ),
  },
  {
    id: 'owner',
    label: 'Answers for it',
    minWidth: 130,
    cell: item => (
      <Cell>
        <EntityLink entityRef={item.owner} />
      </Cell>
    ),
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
    id: 'end',
    label: 'Ends or ended',
    minWidth: 130,
    cell: item => (
      <Cell>
        <RelativeTime at={item.endedAt ?? item.expiresAt} />
      </Cell>
    ),
  },
];

/** The state; one that ends within days says so. */
export function WaiverState({ waiver }: { waiver: PolicyWaiver }) {
  return isAboutToEnd(waiver) ? (
    <StatusBadge status="expiring" label="Ends soon" />
  ) : (
    <StatusBadge status={waiver.state} />
  );
}

/** A page of waivers, the newest first. */
export function WaiversTable(props: {
  page: WaiversPage;
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
