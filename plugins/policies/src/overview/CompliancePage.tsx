import { useApi } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink, Container, Header } from '@backstage/ui';
import { POLICIES_SIGNALS_CHANNEL } from '@slipway/plugin-policies-common';
import { policiesApiRef } from '@slipway/plugin-policies-react';
import {
  EmptyState,
  PAGE_SIZE,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { Shown } from '../shared/Shown';
import { ExportMenu } from './ExportMenu';
import { Filters } from './Filters';
import { Overall } from './Overall';
import { Rates } from './Rates';
import { StateFacts } from './StateFacts';
import { StateProblems } from './StateProblems';
import { UnknownOwners } from './UnknownOwners';
import { useViolationsQuery } from './useViolationsQuery';
import { ViolationsTable } from './ViolationsTable';

/** How much complies, and what does not. */
export function CompliancePage() {
  const api = useApi(policiesApiRef);
  const { query, change, isFiltered, clear } = useViolationsQuery();
  const state = useLoaded(() => api.getState(), [api]);
  const compliance = useLoaded(() => api.getCompliance(), [api]);
  const policies = useLoaded(() => api.listPolicies(), [api]);
  const violations = useLoaded(
    async () => ({ query, ...(await api.listViolations(query)) }),
    [api, query],
  );
  useLive(POLICIES_SIGNALS_CHANNEL, () => {
    state.reload();
    compliance.reload();
    violations.reload();
  });

  return (
    <main className={styles.page}>
      <Header
        title="Compliance"
        customActions={
          <>
            <ButtonLink href="/compliance/policies" variant="secondary">
              Policies
            </ButtonLink>
            <ButtonLink href="/compliance/waivers" variant="secondary">
              Waivers
            </ButtonLink>
          </>
        }
      />
      <Container>
        <div className={styles.stack}>
          {state.value && <StateProblems state={state.value} />}
          <div className={styles.columns}>
            <div className={styles.tight}>
              <Shown loaded={compliance} what="rates" rows={4}>
                {value => <Overall compliance={value} />}
              </Shown>
              {state.value && <UnknownOwners state={state.value} />}
            </div>
            <Shown loaded={state} what="state of the policies" rows={4}>
              {value => <StateFacts state={value} onChanged={state.reload} />}
            </Shown>
          </div>
          {compliance.value?.asOf && <Rates compliance={compliance.value} />}
          <section aria-labelledby="violations" className={styles.tight}>
            <div
              className={styles.row}
              style={{ justifyContent: 'space-between' }}
            >
              <h2 id="violations" className={styles.heading}>
                Violations
              </h2>
              <ExportMenu query={query} />
            </div>
            <Filters
              query={query}
              change={change}
              compliance={compliance.value}
              policies={policies.value}
            />
            <Shown loaded={violations} what="violations">
              {page =>
                page.totalItems > 0 ? (
                  <ViolationsTable
                    page={page}
                    number={(page.query.offset ?? 0) / PAGE_SIZE + 1}
                    change={change}
                  />
                ) : (
                  <EmptyState
                    title={
                      isFiltered
                        ? 'No violation matches these filters.'
                        : 'Nothing that exists violates a policy, or waivers cover it.'
                    }
                    action={
                      isFiltered && (
                        <Button variant="secondary" onPress={clear}>
                          Clear the filters
                        </Button>
                      )
                    }
                  />
                )
              }
            </Shown>
          </section>
        </div>
      </Container>
    </main>
  );
}
