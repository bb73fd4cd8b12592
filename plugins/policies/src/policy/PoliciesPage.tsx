import { useApi } from '@backstage/frontend-plugin-api';
import {
  Cell,
  CellText,
  Container,
  Header,
  Table,
  type ColumnConfig,
} from '@backstage/ui';
import {
  POLICIES_SIGNALS_CHANNEL,
  type PolicySummary,
  compliancePath,
  policyPath,
  wordForKind,
} from '@slipway/plugin-policies-common';
import { policiesApiRef, wordForMode } from '@slipway/plugin-policies-react';
import {
  EmptyState,
  StatusBadge,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { Owner } from '../shared/Owner';
import { Shown } from '../shared/Shown';

const columns: ColumnConfig<PolicySummary & { id: string }>[] = [
  {
    id: 'title',
    label: 'Policy',
    defaultWidth: '4fr',
    minWidth: 240,
    isRowHeader: true,
    cell: item => (
      <CellText
        title={item.title}
        description={item.description}
        href={policyPath(item.name)}
      />
    ),
  },
  {
    id: 'mode',
    label: 'A violation is',
    minWidth: 130,
    cell: item => (
      <Cell>
        <StatusBadge status={item.mode} {...wordForMode(item.mode)} />
      </Cell>
    ),
  },
  {
    id: 'kinds',
    label: 'About',
    defaultWidth: '2fr',
    minWidth: 170,
    cell: item => <CellText title={aboutWords(item)} />,
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
];

/** "Database in production" */
export function aboutWords({
  kinds,
  environments,
}: Pick<PolicySummary, 'kinds' | 'environments'>): string {
  const about = kinds.includes('*')
    ? 'Everything'
    : kinds.map(wordForKind).join(', ');
  return environments?.length
    ? `${about} in ${environments.join(', ')}`
    : about;
}

/** All policies in force. */
export function PoliciesPage() {
  const api = useApi(policiesApiRef);
  const policies = useLoaded(() => api.listPolicies(), [api]);
  useLive(POLICIES_SIGNALS_CHANNEL, policies.reload);
  return (
    <main className={styles.page}>
      <Header
        title="Policies"
        breadcrumbs={[{ label: 'Compliance', href: compliancePath() }]}
      />
      <Container>
        <Shown loaded={policies} what="policies" rows={10}>
          {({ items }) =>
            items.length > 0 ? (
              <Table
                columnConfig={columns}
                data={items.map(item => ({ ...item, id: item.name }))}
                pagination={{ type: 'none' }}
              />
            ) : (
              <EmptyState title="There is no policy yet, so everything is allowed that permissions allow." />
            )
          }
        </Shown>
      </Container>
    </main>
  );
}
