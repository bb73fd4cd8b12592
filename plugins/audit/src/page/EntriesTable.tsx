import { Cell, CellText, type ColumnConfig, Table } from '@backstage/ui';
import type { AuditEvent } from '@slipway/plugin-audit-common';
import { ActorName, StatusBadge, wordForStatus } from '@slipway/ui';
import { DateTime } from 'luxon';
import { useMemo } from 'react';
import { useLocation } from 'react-router-dom';
import { toneOfOutcome } from './tones';
import type { Change } from './useAuditQuery';

/** A page of entries, newest first. */
export function EntriesTable(props: { items: AuditEvent[]; change: Change }) {
  const { items } = props;
  const { pathname, search } = useLocation();
  const columns = useMemo(
    () =>
      createColumns(seq => {
        const params = new URLSearchParams(search);
        params.set('entry', seq);
        return `${pathname}?${params}`;
      }),
    [pathname, search],
  );
  const rows = useMemo(
    () => items.map(event => ({ ...event, recordId: event.id, id: event.seq })),
    [items],
  );
  return (
    <Table columnConfig={columns} data={rows} pagination={{ type: 'none' }} />
  );
}

function createColumns(
  hrefOf: (seq: string) => string,
): ColumnConfig<AuditEvent>[] {
  return [
    {
      id: 'at',
      label: 'Time',
      minWidth: 185,
      defaultWidth: 185,
      isRowHeader: true,
      cell: ({ at, seq }) => (
        <CellText
          title={DateTime.fromISO(at).toFormat('yyyy-MM-dd HH:mm:ss')}
          href={hrefOf(seq)}
        />
      ),
    },
    {
      id: 'event',
      label: 'What',
      minWidth: 240,
      defaultWidth: '3fr',
      cell: ({ plugin, event }) => <CellText title={`${plugin}.${event}`} />,
    },
    {
      id: 'outcome',
      label: 'Outcome',
      minWidth: 125,
      defaultWidth: 125,
      cell: ({ outcome }) => (
        <Cell>
          <StatusBadge status={outcome} tone={toneOfOutcome(outcome)} />
        </Cell>
      ),
    },
    {
      id: 'actor',
      label: 'Who',
      minWidth: 190,
      defaultWidth: '2fr',
      cell: ({ actor }) => (
        <Cell>
          {actor.ref ? <ActorName actor={actor.ref} /> : 'Nobody known'}
        </Cell>
      ),
    },
    {
      id: 'subject',
      label: 'On what',
      minWidth: 160,
      defaultWidth: '2fr',
      cell: ({ subject }) => <CellText title={subject ?? ''} />,
    },
    {
      id: 'severity',
      label: 'Severity',
      minWidth: 95,
      defaultWidth: 95,
      cell: ({ severity }) => <CellText title={wordForStatus(severity)} />,
    },
  ];
}
