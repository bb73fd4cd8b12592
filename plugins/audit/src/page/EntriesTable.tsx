import { Cell, CellText, type ColumnConfig, Table } from '@backstage/ui';
import {
  type AuditEntry,
  type AuditEvent,
  isReadable,
} from '@slipway/plugin-audit-common';
import { ActorName, StatusBadge, wordForStatus } from '@slipway/ui';
import { DateTime } from 'luxon';
import { useMemo } from 'react';
import { useLocation } from 'react-router-dom';
import { toneOfOutcome } from './tones';
import type { Change } from './useAuditQuery';

/** What a row shows. Of an entry whose record cannot be read that is where it is. */
interface Row extends Partial<
  Pick<
    AuditEvent,
    'plugin' | 'event' | 'outcome' | 'actor' | 'subject' | 'severity'
  >
> {
  id: string;
  seq: string;
  at: string;
}

/** A page of entries, newest first. */
export function EntriesTable(props: { items: AuditEntry[]; change: Change }) {
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
    () =>
      items.map((entry): Row => {
        const { seq, at } = entry;
        return isReadable(entry) ? { ...entry, id: seq } : { id: seq, seq, at };
      }),
    [items],
  );
  return (
    <Table columnConfig={columns} data={rows} pagination={{ type: 'none' }} />
  );
}

function createColumns(hrefOf: (seq: string) => string): ColumnConfig<Row>[] {
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
      cell: ({ plugin, event }) =>
        plugin === undefined ? (
          <Cell>
            <StatusBadge
              status="unreadable"
              label="Not readable as an entry"
              tone="attention"
            />
          </Cell>
        ) : (
          <CellText title={`${plugin}.${event}`} />
        ),
    },
    {
      id: 'outcome',
      label: 'Outcome',
      minWidth: 125,
      defaultWidth: 125,
      cell: ({ outcome }) => (
        <Cell>
          {outcome && (
            <StatusBadge status={outcome} tone={toneOfOutcome(outcome)} />
          )}
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
          {actor?.ref ? <ActorName actor={actor.ref} /> : 'Nobody known'}
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
      cell: ({ severity }) => (
        <CellText title={severity ? wordForStatus(severity) : ''} />
      ),
    },
  ];
}
