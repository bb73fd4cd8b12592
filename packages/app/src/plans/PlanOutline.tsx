import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { Text } from '@backstage/ui';
import { databasesApiRef, priceAMonth } from '@slipway/plugin-databases';
import { EntityName } from '@slipway/ui';
import { useId, useSyncExternalStore } from 'react';
import useAsync from 'react-use/esm/useAsync';
import { repositoryOf } from './nameAnswers';
import {
  outlinePlan,
  priceOf,
  type PlanOutline as Outline,
} from './outlinePlan';
import styles from './PlanOutline.module.css';
import { plans } from './PlanStore';

/** What will be made, by name, once somebody looks at their answers before they start it. */
export function PlanOutline() {
  const plan = useSyncExternalStore(plans.subscribe, plans.get);
  const catalog = useApi(catalogApiRef);
  const ref = plan?.templateRef;
  const template = useAsync(
    async () => (ref ? catalog.getEntityByRef(ref) : undefined),
    [catalog, ref],
  ).value;
  if (!plan || plan.isTyping || plan.refusal || !template) {
    return null;
  }
  const outline = outlinePlan(template, plan.parameters);
  return outline ? <OutlineList outline={outline} /> : null;
}

function OutlineList(props: { outline: Outline }) {
  const { name, owner, repoUrl, database } = props.outline;
  const title = useId();
  return (
    <section className={styles.outline} aria-labelledby={title}>
      <Text as="h2" id={title} variant="title-x-small" weight="bold">
        This will be made
      </Text>
      <ul className={styles.list}>
        {database && (
          <li>
            A {database.size} Postgres database <b>{database.name}</b> in{' '}
            {database.environment}, owned by <EntityName entityRef={owner} />
            <Price database={database} />
          </li>
        )}
        <li>
          A repository <b>{repositoryOf(repoUrl) ?? repoUrl}</b> with the files
          of the service and you as their author
        </li>
        <li>
          In the catalog: the component <b>{name}</b> and its API{' '}
          <b>{name}-api</b>, with docs
          {database && (
            <>
              , and the resource <b>{database.name}</b>
            </>
          )}
        </li>
      </ul>
      <Text as="p" variant="body-small" color="secondary">
        Everything is checked first. When something is in the way, nothing is
        made.
      </Text>
    </section>
  );
}

function Price(props: { database: NonNullable<Outline['database']> }) {
  const databases = useApi(databasesApiRef);
  const { value: options, loading } = useAsync(
    () => databases.getOptions(),
    [databases],
  );
  if (loading) {
    return null;
  }
  const price = options && priceOf(props.database, options);
  return (
    <>
      {' · '}
      {price ? <b>{priceAMonth(price)}</b> : 'its price is not known'}
    </>
  );
}
