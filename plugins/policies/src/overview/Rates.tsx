import {
  Button,
  Cell,
  CellText,
  Table,
  type ColumnConfig,
} from '@backstage/ui';
import {
  complianceRate,
  type Compliance,
  type ComplianceCounts,
  compliancePath,
  policyPath,
} from '@slipway/plugin-policies-common';
import { wordForMode } from '@slipway/plugin-policies-react';
import {
  EmptyState,
  RelativeTime,
  Trend,
  useEntityTitle,
  layout as styles,
} from '@slipway/ui';
import { type ReactNode, useId, useState } from 'react';
import { percent, rateOf } from '../shared/percent';
import { lastDays } from './lastDays';
import own from './Rates.module.css';

type ByOwner = Compliance['byOwner'][number] & { id: string };
type ByPolicy = Compliance['byPolicy'][number] & { id: string };

const DAYS = 30;
/** Rows of each table before one asks for all. */
const SHOWN = 5;

const numbers = <T extends ComplianceCounts>(): ColumnConfig<
  T & { id: string }
>[] =>
  (
    [
      ['rate', 'Complies', rateOf],
      ['violating', 'Violate', counts => `${counts.violating}`],
      ['waived', 'Waived', counts => `${counts.waived}`],
    ] satisfies [string, string, (counts: ComplianceCounts) => string][]
  ).map(([id, label, show]) => ({
    id,
    label,
    minWidth: 90,
    cell: item => <Cell className={styles.number}>{show(item)}</Cell>,
  }));

const ownerColumns: ColumnConfig<ByOwner>[] = [
  {
    id: 'owner',
    label: 'Team',
    defaultWidth: '2fr',
    minWidth: 140,
    isRowHeader: true,
    cell: item => <OwnerCell owner={item.owner} />,
  },
  ...numbers<Compliance['byOwner'][number]>(),
];

const policyColumns: ColumnConfig<ByPolicy>[] = [
  {
    id: 'policy',
    label: 'Policy',
    defaultWidth: '2fr',
    minWidth: 140,
    isRowHeader: true,
    cell: item => (
      <CellText
        title={item.title}
        description={wordForMode(item.mode).label}
        href={policyPath(item.policy)}
      />
    ),
  },
  ...numbers<Compliance['byPolicy'][number]>(),
];

/** How much complies: altogether and over time, by team and by policy. */
export function Rates({ compliance }: { compliance: Compliance }) {
  const { now, asOf, days, byOwner, byPolicy } = compliance;
  if (!asOf) {
    return (
      <EmptyState title="Nothing was looked at yet. The first sweep over everything that exists begins by itself, within the hour." />
    );
  }
  return (
    <div className={styles.stack}>
      <div className={styles.columns}>
        <Trend
          title="What complies, in percent, over 30 days"
          max={1}
          format={percent}
          points={lastDays(new Date(), DAYS).map(date => {
            const day = days.find(one => one.date === date);
            return { date, value: day && complianceRate(day) };
          })}
        />
        <p className={styles.text}>
          <strong>{rateOf(now)}</strong>
          {` complies: ${now.checked - now.violating} of ${now.checked} checks, of which waivers cover ${now.waived}. As seen `}
          <RelativeTime at={asOf} />.
        </p>
      </div>
      <div className={own.halves}>
        <WorstFirst title="By team" rows={byOwner.map(withOwnerId)}>
          {rows => (
            <Table
              columnConfig={ownerColumns}
              data={rows}
              pagination={{ type: 'none' }}
            />
          )}
        </WorstFirst>
        <WorstFirst title="By policy" rows={byPolicy.map(withPolicyId)}>
          {rows => (
            <Table
              columnConfig={policyColumns}
              data={rows}
              pagination={{ type: 'none' }}
            />
          )}
        </WorstFirst>
      </div>
    </div>
  );
}

/** The rows that comply least, and all of them when asked. */
function WorstFirst<T extends ComplianceCounts>(props: {
  title: string;
  rows: readonly T[];
  children: (rows: T[]) => ReactNode;
}) {
  const { title, rows, children } = props;
  const [isWhole, setIsWhole] = useState(false);
  const headingId = useId();
  const sorted = [...rows].sort(
    (a, b) =>
      (complianceRate(a) ?? 2) - (complianceRate(b) ?? 2) ||
      b.violating - a.violating,
  );
  return (
    <section aria-labelledby={headingId} className={styles.tight}>
      <h2 id={headingId} className={styles.heading}>
        {title}
      </h2>
      {children(isWhole ? sorted : sorted.slice(0, SHOWN))}
      {sorted.length > SHOWN && (
        <div className={styles.row}>
          <Button
            size="small"
            variant="tertiary"
            aria-label={`${isWhole ? 'Show fewer' : `Show all ${sorted.length}`}: ${title}`}
            onPress={() => setIsWhole(!isWhole)}
          >
            {isWhole ? 'Show fewer' : `Show all ${sorted.length}`}
          </Button>
        </div>
      )}
    </section>
  );
}

function OwnerCell({ owner }: { owner: string | undefined }) {
  return owner ? (
    <KnownOwnerCell owner={owner} />
  ) : (
    <CellText title="Nobody" href={compliancePath({ owner: ['none'] })} />
  );
}

function KnownOwnerCell({ owner }: { owner: string }) {
  const title = useEntityTitle(owner);
  return <CellText title={title} href={compliancePath({ owner: [owner] })} />;
}

function withOwnerId(row: Compliance['byOwner'][number]): ByOwner {
  return { ...row, id: row.owner ?? 'none' };
}

function withPolicyId(row: Compliance['byPolicy'][number]): ByPolicy {
  return { ...row, id: row.policy };
}
