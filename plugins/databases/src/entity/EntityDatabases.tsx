import {
  type Entity,
  parseEntityRef,
  RELATION_DEPENDS_ON,
  RELATION_HAS_PART,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { isError } from '@backstage/errors';
import { useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { ButtonLink } from '@backstage/ui';
import {
  type Database,
  DATABASES_PAGE_MAX,
  DATABASES_SIGNALS_CHANNEL,
} from '@slipway/plugin-databases-common';
import {
  EmptyState,
  ErrorState,
  PageSkeleton,
  useLive,
  useLoaded,
} from '@slipway/ui';
import { type DatabasesApi, databasesApiRef } from '../api/DatabasesApi';
import { RelatedDatabases } from './RelatedDatabases';

/** The tab "Databases": those that a group owns, or that a component or system needs. */
export function EntityDatabases() {
  const { entity } = useEntity();
  const api = useApi(databasesApiRef);
  const related = useLoaded(() => loadRelated(api, entity), [api, entity]);
  useLive(DATABASES_SIGNALS_CHANNEL, related.reload);

  if (related.error) {
    return (
      <ErrorState
        title="The databases could not be loaded"
        error={related.error}
        onRetry={related.reload}
      />
    );
  }
  if (!related.value) {
    return <PageSkeleton label="databases" />;
  }
  if (related.value.length === 0) {
    const owner = ownerOf(entity);
    const search = owner ? `?${new URLSearchParams({ owner })}` : '';
    return (
      <EmptyState
        title={
          entity.kind === 'Group'
            ? 'This group owns no databases yet. Order one and it is ready within a minute.'
            : 'No database is tied to this yet. Order one, then name it under dependsOn in catalog-info.yaml.'
        }
        action={
          <ButtonLink href={`/databases/new${search}`} variant="primary">
            Order a database
          </ButtonLink>
        }
        docs={{ href: '/databases', label: 'All databases' }}
      />
    );
  }
  return <RelatedDatabases databases={related.value} />;
}

async function loadRelated(
  api: DatabasesApi,
  entity: Entity,
): Promise<Database[]> {
  if (entity.kind === 'Group') {
    const owner = [stringifyEntityRef(entity)];
    return (await api.list({ owner, limit: DATABASES_PAGE_MAX })).items;
  }
  const names = (entity.relations ?? [])
    .filter(({ type }) =>
      [RELATION_DEPENDS_ON, RELATION_HAS_PART].includes(type),
    )
    .map(({ targetRef }) => parseEntityRef(targetRef))
    .filter(({ kind, name }) => kind === 'resource' && name.includes('.'))
    .map(({ name }) => name);
  const found = await Promise.all(
    [...new Set(names)].slice(0, DATABASES_PAGE_MAX).map(async entityName => {
      // Neither part of a database's entity name may hold a dot.
      const [name, environment] = entityName.split('.');
      try {
        return await api.getByName(environment, name);
      } catch (error) {
        // Another resource with a dot in its name, or a database one may not see.
        if (isError(error) && error.name === 'ResponseError') {
          const { statusCode } = error as { statusCode?: number } & Error;
          if (statusCode === 404 || statusCode === 403) {
            return undefined;
          }
        }
        throw error;
      }
    }),
  );
  return found.filter(database => database !== undefined);
}

function ownerOf(entity: Entity): string | undefined {
  return entity.kind === 'Group'
    ? stringifyEntityRef(entity)
    : entity.relations?.find(({ type }) => type === 'ownedBy')?.targetRef;
}
