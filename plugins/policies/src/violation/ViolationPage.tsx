import { useApi } from '@backstage/frontend-plugin-api';
import { ButtonLink, Container, Header, Link } from '@backstage/ui';
import {
  POLICIES_SIGNALS_CHANNEL,
  type PolicyViolation,
  compliancePath,
  policyPath,
  waiverPath,
  wordForKind,
} from '@slipway/plugin-policies-common';
import {
  AskForWaiver,
  policiesApiRef,
  wordForFinding,
} from '@slipway/plugin-policies-react';
import {
  CopyText,
  EntityLink,
  InfoList,
  RelativeTime,
  StatusBadge,
  Tile,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useParams } from 'react-router-dom';
import { Owner } from '../shared/Owner';
import { Shown } from '../shared/Shown';

/** One violation: the rule, what was found, and the ways on. */
export function ViolationPage() {
  const { id = '' } = useParams();
  const api = useApi(policiesApiRef);
  const violation = useLoaded(() => api.getViolation(id), [api, id]);
  useLive(POLICIES_SIGNALS_CHANNEL, violation.reload);
  return violation.value && !violation.error ? (
    <ViolationContent
      key={violation.value.id}
      violation={violation.value}
      onChanged={violation.reload}
    />
  ) : (
    <main className={styles.page}>
      <Header
        title="Violation"
        breadcrumbs={[{ label: 'Compliance', href: compliancePath() }]}
      />
      <Container>
        <Shown
          loaded={violation}
          what="violation"
          action={
            <ButtonLink
              href={compliancePath()}
              size="small"
              variant="secondary"
            >
              All violations
            </ButtonLink>
          }
        >
          {() => null}
        </Shown>
      </Container>
    </main>
  );
}

function ViolationContent(props: {
  violation: PolicyViolation;
  onChanged: () => void;
}) {
  const { violation, onChanged } = props;
  const { kind, name, owner, environment, entityRef, link, waivedBy } =
    violation;
  return (
    <main className={styles.page}>
      <Header
        title={name}
        breadcrumbs={[{ label: 'Compliance', href: compliancePath() }]}
        metadata={[
          {
            label: 'Severity',
            value: (
              <StatusBadge
                status={violation.mode}
                {...wordForFinding(violation)}
              />
            ),
          },
          {
            label: 'Policy',
            value: (
              <Link href={policyPath(violation.policy)}>{violation.title}</Link>
            ),
          },
          { label: 'Owner', value: <Owner owner={owner} /> },
          {
            label: 'First seen',
            value: <RelativeTime at={violation.firstSeen} />,
          },
        ]}
        customActions={
          link && (
            <ButtonLink href={link} variant="primary">
              {`Open ${name}`}
            </ButtonLink>
          )
        }
      />
      <Container>
        <div className={styles.columns}>
          <div className={styles.stack}>
            <Part title="What is wrong">
              {violation.message}
              {violation.field && (
                <>
                  {' '}
                  The field is <code>{violation.field}</code>.
                </>
              )}
            </Part>
            <Part title="Why there is the rule">{violation.reason}</Part>
            <Part title="How to comply">{violation.comply}</Part>
            {!waivedBy && (
              <div className={styles.row}>
                <AskForWaiver
                  finding={violation}
                  subject={{ kind, name, owner, environment, entityRef }}
                  onAsked={onChanged}
                />
              </div>
            )}
            <p className={styles.note}>
              When it complies, it leaves this list with the next sweep.
            </p>
          </div>
          <div className={styles.stack}>
            {waivedBy && (
              <Tile title="A waiver covers it">
                <InfoList
                  items={[
                    { label: 'Why', value: waivedBy.reason },
                    {
                      label: 'Ends',
                      value: <RelativeTime at={waivedBy.expiresAt} />,
                    },
                    {
                      label: 'Answers for it',
                      value: <Owner owner={waivedBy.owner} />,
                    },
                  ]}
                />
                <Link href={waiverPath(waivedBy.id)}>Open the waiver</Link>
              </Tile>
            )}
            <Tile title="What it is about">
              <InfoList
                items={[
                  { label: 'Kind', value: wordForKind(kind) },
                  { label: 'Name', value: name },
                  { label: 'Environment', value: environment },
                  {
                    label: 'In the catalog',
                    value: entityRef && <EntityLink entityRef={entityRef} />,
                  },
                  {
                    label: 'Last seen',
                    value: <RelativeTime at={violation.lastSeen} />,
                  },
                ]}
              />
            </Tile>
            <Tile title="Policy">
              <InfoList
                items={[
                  {
                    label: 'Policy',
                    value: (
                      <Link href={policyPath(violation.policy)}>
                        {violation.title}
                      </Link>
                    ),
                  },
                  {
                    label: 'Version',
                    value: (
                      <CopyText text={violation.digest} name="version">
                        {violation.digest.slice(0, 12)}
                      </CopyText>
                    ),
                  },
                ]}
              />
            </Tile>
          </div>
        </div>
      </Container>
    </main>
  );
}

function Part(props: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h2 className={styles.heading}>{props.title}</h2>
      <p className={styles.text}>{props.children}</p>
    </section>
  );
}
