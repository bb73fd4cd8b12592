import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import {
  ButtonLink,
  Card,
  CardBody,
  CardFooter,
  CardHeader,
  Link,
} from '@backstage/ui';
import {
  POLICIES_SIGNALS_CHANNEL,
  type PolicyViolation,
  compliancePath,
  violationPath,
} from '@slipway/plugin-policies-common';
import {
  policiesApiRef,
  type PoliciesApi,
  wordForFinding,
} from '@slipway/plugin-policies-react';
import {
  StatusBadge,
  type StatusBadgeProps,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { Shown } from '../shared/Shown';

const SHOWN = 5;

/** What an entity violates, what is waived marked. Nothing where no policy is about it. */
export function ComplianceCard() {
  const { entity } = useEntity();
  const api = useApi(policiesApiRef);
  const entityRef = stringifyEntityRef(entity);
  const loaded = useLoaded(
    () => load(api, entityRef, entity.kind),
    [api, entityRef],
  );
  useLive(POLICIES_SIGNALS_CHANNEL, loaded.reload);
  if (loaded.value?.policies === 0) {
    return null;
  }
  return (
    <Card>
      <CardHeader>
        <h3>Compliance</h3>
      </CardHeader>
      <CardBody>
        <Shown loaded={loaded} what="violations" rows={2}>
          {({ items, policies, lookedAt }) =>
            items.length > 0 ? (
              <ViolationsList items={items} />
            ) : (
              <StatusBadge {...withoutViolations(policies, lookedAt)} />
            )
          }
        </Shown>
      </CardBody>
      {loaded.value && loaded.value.items.length > 0 && (
        <CardFooter>
          <ButtonLink
            variant="secondary"
            href={`${compliancePath({ entityRef })}&waived=all`}
          >
            {loaded.value.totalItems > SHOWN
              ? `Show all ${loaded.value.totalItems}`
              : 'Open in Compliance'}
          </ButtonLink>
        </CardFooter>
      )}
    </Card>
  );
}

/** Nothing was found: because it complies, or because nobody has looked. */
function withoutViolations(
  policies: number | undefined,
  lookedAt: string | undefined,
): StatusBadgeProps {
  if (!lookedAt) {
    return { status: 'unknown', tone: 'waiting', label: 'Not looked at yet' };
  }
  return {
    status: 'complies',
    tone: 'positive',
    label:
      policies === 1
        ? 'Complies with the policy about it'
        : `Complies with all ${policies} policies about it`,
  };
}

function ViolationsList({ items }: { items: PolicyViolation[] }) {
  return (
    <ul className={styles.plain}>
      {items.map(item => (
        <li key={item.id} className={styles.item}>
          <span className={styles.row}>
            <StatusBadge status={item.mode} {...wordForFinding(item)} />
            <Link href={violationPath(item.id)}>{item.title}</Link>
          </span>
          <span className={styles.note}>{item.message}</span>
        </li>
      ))}
    </ul>
  );
}

async function load(api: PoliciesApi, entityRef: string, kind: string) {
  const page = await api.listViolations({ entityRef, limit: SHOWN });
  if (page.totalItems > 0) {
    return { ...page, policies: undefined };
  }
  // Which policies are about it is of interest only now.
  const { items } = await api.listPolicies();
  return {
    ...page,
    policies: items.filter(({ kinds }) =>
      kinds.some(
        each => each === '*' || each.toLowerCase() === kind.toLowerCase(),
      ),
    ).length,
  };
}
