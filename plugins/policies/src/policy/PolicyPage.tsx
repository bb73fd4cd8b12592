import { useApi } from '@backstage/frontend-plugin-api';
import { ButtonLink, Container, Header } from '@backstage/ui';
import {
  POLICIES_SIGNALS_CHANNEL,
  type PolicyDetails,
  compliancePath,
} from '@slipway/plugin-policies-common';
import { policiesApiRef, wordForMode } from '@slipway/plugin-policies-react';
import {
  CopyText,
  EmptyState,
  InfoList,
  PAGE_SIZE,
  pageOf,
  StatusBadge,
  Tile,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useParams } from 'react-router-dom';
import { stringify } from 'yaml';
import { ViolationsTable } from '../overview/ViolationsTable';
import { Owner } from '../shared/Owner';
import { Shown } from '../shared/Shown';
import { useChange } from '../shared/useChange';
import { aboutWords } from './PoliciesPage';
import { SourceFile } from './SourceFile';
import own from './PolicyPage.module.css';

/** What one policy says, and what violates it. */
export function PolicyPage() {
  const { name = '' } = useParams();
  const api = useApi(policiesApiRef);
  const policy = useLoaded(() => api.getPolicy(name), [api, name]);
  useLive(POLICIES_SIGNALS_CHANNEL, policy.reload);
  const shown = policy.value?.name === name ? policy.value : undefined;
  return (
    <main className={styles.page}>
      <Header
        title={shown?.title ?? 'Policy'}
        breadcrumbs={[
          { label: 'Compliance', href: compliancePath() },
          { label: 'Policies', href: '/compliance/policies' },
        ]}
        metadata={
          shown && [
            {
              label: 'A violation is',
              value: (
                <StatusBadge status={shown.mode} {...wordForMode(shown.mode)} />
              ),
            },
            { label: 'Owner', value: <Owner owner={shown.owner} /> },
          ]
        }
        customActions={
          <ButtonLink
            href={`/compliance/waivers?policy=${encodeURIComponent(name)}`}
            variant="secondary"
          >
            Waivers from it
          </ButtonLink>
        }
      />
      <Container>
        <Shown loaded={policy} what="policy">
          {value => <PolicyContent policy={value} />}
        </Shown>
      </Container>
    </main>
  );
}

function PolicyContent({ policy }: { policy: PolicyDetails }) {
  const { params } = policy;
  return (
    <div className={styles.stack}>
      <p className={styles.text}>{policy.description}</p>
      <div className={styles.columns}>
        <InfoList
          items={[
            { label: 'About', value: aboutWords(policy) },
            { label: 'Why', value: policy.reason },
            { label: 'How to comply', value: policy.comply },
            {
              label: 'Read from',
              value: <SourceFile file={policy.file} />,
            },
            {
              label: 'Version',
              value: (
                <CopyText text={policy.digest} name="version">
                  {policy.digest.slice(0, 12)}
                </CopyText>
              ),
            },
          ]}
        />
        {Object.keys(params).length > 0 && (
          <Tile title="Set to">
            <InfoList
              items={Object.entries(params).map(([label, value]) => ({
                label,
                value: (
                  <code className={own.value}>{stringify(value).trim()}</code>
                ),
              }))}
            />
          </Tile>
        )}
      </div>
      <PolicyViolations policy={policy.name} />
      <section aria-labelledby="document">
        <h2 id="document" className={styles.heading}>
          What is in force
        </h2>
        {/* Scrolls where it is wide, by keyboard too. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre className={own.document} tabIndex={0} aria-labelledby="document">
          <code>{stringify(policy.document)}</code>
        </pre>
      </section>
    </div>
  );
}

function PolicyViolations({ policy }: { policy: string }) {
  const api = useApi(policiesApiRef);
  const [params, change] = useChange();
  const number = pageOf(params);
  const violations = useLoaded(
    async () => ({
      number,
      ...(await api.listViolations({
        policy: [policy],
        // As many as the rates count.
        waived: false,
        offset: (number - 1) * PAGE_SIZE,
        limit: PAGE_SIZE,
      })),
    }),
    [api, policy, number],
  );
  useLive(POLICIES_SIGNALS_CHANNEL, violations.reload);
  return (
    <section aria-labelledby="violations" className={styles.tight}>
      <h2 id="violations" className={styles.heading}>
        Violations
      </h2>
      <Shown loaded={violations} what="violations" rows={3}>
        {page =>
          page.totalItems > 0 ? (
            <ViolationsTable page={page} number={page.number} change={change} />
          ) : (
            <EmptyState title="Nothing that exists violates it, or waivers cover it." />
          )
        }
      </Shown>
    </section>
  );
}
