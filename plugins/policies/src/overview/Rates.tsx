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
  type ViolationsFilter,
  compliancePath,
  policyPath,
} from '@slipway/plugin-policies-common';
import { wordForMode } from '@slipway/plugin-policies-react';
import { useEntityTitle, layout as styles, WordsCell } from '@slipway/ui';
import { type ReactNode, useId, useState } from 'react';
import { rateOf } from '../shared/percent';
import { ViolationsLink } from './ViolationsLink';
import own from './Rates.module.css';

type ByOwner = Compliance['byOwner'][number] & { id: string };
type ByPolicy = Compliance['byPolicy'][number] & { id: string };

/** Rows of each table before one asks for all: below them the violations begin, which are what one comes for. */
const SHOWN = 3;

/** @param filter - what a row is about; each number opens to its violations */
const numbers = <T extends ComplianceCounts>(
  filter: (item: T) => ViolationsFilter,
): ColumnConfig<T & { id: string }>[] => [
  {
    id: 'rate',
    label: 'Complies',
    minWidth: 98,
    cell: item => <Cell className={styles.number}>{rateOf(item)}</Cell>,
  },
  ...(
    [
      ['violating', 'Violate', false],
      ['waived', 'Waived', true],
    ] as const
  ).map(([id, label, waived]): ColumnConfig<T & { id: string }> => ({
    id,
    label,
    minWidth: 86,
    cell: item => (
      <Cell className={styles.number}>
        <ViolationsLink count={item[id]} filter={{ ...filter(item), waived }}>
          {item[id]}
        </ViolationsLink>
      </Cell>
    ),
  })),
];

const ownerColumns: ColumnConfig<ByOwner>[] = [
  {
    id: 'owner',
    label: 'Team',
    defaultWidth: '2fr',
    minWidth: 140,
    isRowHeader: true,
    cell: item => <OwnerCell owner={item.owner} />,
  },
  ...numbers<Compliance['byOwner'][number]>(({ owner }) => ofOwner(owner)),
];

const policyColumns: ColumnConfig<ByPolicy>[] = [
  {
    id: 'policy',
    label: 'Policy',
    defaultWidth: '2fr',
    minWidth: 140,
    isRowHeader: true,
    cell: item => (
      <WordsCell title={item.title} href={policyPath(item.policy)} />
    ),
  },
  {
    id: 'mode',
    label: 'Severity',
    minWidth: 112,
    cell: item => <CellText title={wordForMode(item.mode).label} />,
  },
  ...numbers<Compliance['byPolicy'][number]>(({ policy }) => ({
    policy: [policy],
  })),
];

/** How much complies by team and by policy. */
export function Rates({ compliance }: { compliance: Compliance }) {
  const { byOwner, byPolicy } = compliance;
  return (
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
      <div className={own.head}>
        <h2 id={headingId} className={styles.heading}>
          {title}
        </h2>
        {sorted.length > SHOWN && (
          <Button
            size="small"
            variant="tertiary"
            aria-label={`${isWhole ? 'Show fewer' : `Show all ${sorted.length}`}: ${title}`}
            onPress={() => setIsWhole(!isWhole)}
          >
            {isWhole ? 'Show fewer' : `Show all ${sorted.length}`}
          </Button>
        )}
      </div>
      {children(isWhole ? sorted : sorted.slice(0, SHOWN))}
    </section>
  );
}

function OwnerCell({ owner }: { owner: string | undefined }) {
  return owner ? (
    <KnownOwnerCell owner={owner} />
  ) : (
    <WordsCell title="Nobody" href={compliancePath(ofOwner())} />
  );
}

function KnownOwnerCell({ owner }: { owner: string }) {
  const title = useEntityTitle(owner);
  return <WordsCell title={title} href={compliancePath(ofOwner(owner))} />;
}

function ofOwner(owner = 'none') {
  return { owner: [owner], waived: false };
}

function withOwnerId(row: Compliance['byOwner'][number]): ByOwner {
  return { ...row, id: row.owner ?? 'none' };
}

function withPolicyId(row: Compliance['byPolicy'][number]): ByPolicy {
  return { ...row, id: row.policy };
}
