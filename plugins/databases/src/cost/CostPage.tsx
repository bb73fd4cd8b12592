import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Container, Header, Select } from '@backstage/ui';
import {
  type CostGrouping,
  type Costs,
  DATABASES_SIGNALS_CHANNEL,
} from '@slipway/plugin-databases-common';
import {
  EmptyState,
  ErrorState,
  PageSkeleton,
  useEntityTitle,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { databasesApiRef } from '../api/DatabasesApi';
import { DATABASES_TABS } from '../shared/tabs';
import { CostRowsSection } from './CostRowsSection';
import { CostsTable } from './CostsTable';
import { databasesWords, monthWords, sumWords } from './costWords';
import { ExportMenu } from './ExportMenu';
import { IdleSection } from './IdleSection';
import { monthsOnOffer, useCostQuery } from './useCostQuery';

const GROUPINGS: { value: CostGrouping; label: string }[] = [
  { value: 'owner', label: 'Team' },
  { value: 'system', label: 'System' },
  { value: 'environment', label: 'Environment' },
  { value: 'database', label: 'Database' },
  { value: 'month', label: 'Month' },
];

/** What databases cost, down to the rows, and which of them nobody uses. */
export function CostPage() {
  const api = useApi(databasesApiRef);
  const address = useCostQuery();
  const { by, query, change, opened } = address;
  const costs = useLoaded(
    async () => ({ ...(await api.getCosts(query, by)), asked: query }),
    [api, query, by],
  );
  const { value } = costs;
  const title = useOpenedTitle(address.open, value);
  const months = monthsOnOffer().map(month => ({
    value: month,
    label: monthWords(month),
  }));
  // Rows belong to groups of the choice before.
  const choose = (changes: Record<string, string>) =>
    change({ open: undefined, unpriced: undefined, ...changes });
  useLive(DATABASES_SIGNALS_CHANNEL, costs.reload);

  return (
    <main className={styles.page}>
      <Header title="Databases" tabs={DATABASES_TABS} activeTabId="cost" />
      <Container>
        <div className={styles.stack}>
          <section aria-labelledby="costs" className={styles.tight}>
            <div
              className={styles.row}
              style={{ justifyContent: 'space-between' }}
            >
              <h2 id="costs" className={styles.heading}>
                Cost
              </h2>
              <ExportMenu query={opened ?? query} />
            </div>
            <div className={styles.row} role="group" aria-label="What is shown">
              <Select
                size="small"
                label="By"
                options={GROUPINGS}
                value={by}
                onChange={key => choose({ by: String(key) })}
              />
              <Select
                size="small"
                label="From"
                options={months}
                value={query.from}
                onChange={key => choose({ from: String(key) })}
              />
              <Select
                size="small"
                label="To"
                options={months}
                value={query.to}
                onChange={key => choose({ to: String(key) })}
              />
            </div>
            {costs.error && (
              <ErrorState
                title="The costs could not be loaded"
                error={costs.error}
                onRetry={costs.reload}
              />
            )}
            {!value && !costs.error && <PageSkeleton label="costs" />}
            {value && value.total.databases === 0 && (
              <EmptyState
                title="No database that you may see was there in these months."
                docs={{
                  href: '/docs/default/system/slipway/databases/#cost',
                  label: 'How costs are added up',
                }}
              />
            )}
            {value && value.total.databases > 0 && (
              <>
                <Total
                  costs={value}
                  onUnpriced={() =>
                    change({ open: undefined, unpriced: 'true' })
                  }
                />
                <CostsTable
                  costs={value}
                  heading={
                    GROUPINGS.find(each => each.value === value.by)!.label
                  }
                  onOpen={key => change({ open: key, unpriced: undefined })}
                />
                {value.left > 0 && (
                  <p className={styles.note}>
                    {value.left.toLocaleString('en')} more, which cost less, are
                    not listed. The export has all.
                  </p>
                )}
              </>
            )}
          </section>
          {opened && (
            <CostRowsSection
              query={opened}
              title={title}
              page={address.page}
              change={change}
            />
          )}
          <IdleSection />
        </div>
      </Container>
    </main>
  );
}

function Total(props: { costs: Costs; onUnpriced: () => void }) {
  const { from, to, total } = props.costs;
  const period =
    from === to ? monthWords(from) : `${monthWords(from)} to ${monthWords(to)}`;
  return (
    <div className={styles.row} aria-live="polite">
      <span>
        <strong>{sumWords(total)}</strong>
        {` for ${databasesWords(total.databases)}, ${period}, up to now.`}
      </span>
      {total.withoutPrice > 0 && (
        <>
          <span>
            {databasesWords(total.withoutPrice)} without a price: what they cost
            is unknown, and not in this sum.
          </span>
          <Button size="small" variant="secondary" onPress={props.onUnpriced}>
            Show them
          </Button>
        </>
      )}
    </div>
  );
}

/** What the group is called whose rows are shown. */
function useOpenedTitle(
  open: string | undefined,
  costs: Costs | undefined,
): string {
  const isRef = /^(group|system):/.test(open ?? '');
  const entity = useEntityTitle(isRef ? open! : 'group:default/none');
  if (open === undefined) return 'What has no price';
  if (isRef) return `What ${entity} is made of`;
  if (/^\d{4}-\d\d$/.test(open)) return `What ${monthWords(open)} is made of`;
  const found = costs?.items.find(({ key }) => key === open);
  return `What ${found?.title ?? 'it'} is made of`;
}
