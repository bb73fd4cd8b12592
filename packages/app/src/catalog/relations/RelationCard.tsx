import {
  EntityInfoCard,
  useEntity,
  useRelatedEntities,
} from '@backstage/plugin-catalog-react';
import {
  EntityDataTable,
  type EntityRelationCardProps,
} from '@backstage/plugin-catalog-react/alpha';
import { Alert, Link, Table, Text } from '@backstage/ui';
import styles from './RelationCard.module.css';

/**
 * Upstream's card of what an entity is related to, except that it says nothing about it before that is known: upstream
 * hands an empty list to its table while it loads, which then says that there is nothing.
 */
export function RelationCard(props: EntityRelationCardProps) {
  const { title, relationType, entityKind, columnConfig, emptyState } = props;
  const { entity } = useEntity();
  const { entities, error } = useRelatedEntities(entity, {
    type: relationType,
    kind: entityKind,
  });
  return (
    <EntityInfoCard title={title} className={styles.card}>
      {error && (
        <Alert status="warning" icon title={error.message} role="status" />
      )}
      {!error && !entities && (
        <Table
          columnConfig={columnConfig}
          data={undefined}
          loading
          pagination={{ type: 'none' }}
        />
      )}
      {!error && entities && (
        <EntityDataTable
          columnConfig={columnConfig}
          data={entities}
          emptyState={
            emptyState && (
              <Text as="p">
                {emptyState.message}{' '}
                {emptyState.helpLink && (
                  <Link
                    href={emptyState.helpLink}
                    target="_blank"
                    rel="noopener noreferrer"
                    variant="body-medium"
                  >
                    Learn how to change this.
                  </Link>
                )}
              </Text>
            )
          }
        />
      )}
    </EntityInfoCard>
  );
}
