import {
  RELATION_CONSUMES_API,
  RELATION_HAS_PART,
  RELATION_PROVIDES_API,
} from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Flex } from '@backstage/ui';
import { apiColumns, partColumns } from './apiColumns';
import { RelationCard } from './RelationCard';

const HELP =
  'https://backstage.io/docs/features/software-catalog/descriptor-format';

export function ProvidedApis() {
  return (
    <RelationCard
      title="Provided APIs"
      relationType={RELATION_PROVIDES_API}
      columnConfig={apiColumns}
      emptyState={{
        message: `This ${useKind()} does not provide any APIs.`,
        helpLink: `${HELP}#specprovidesapis-optional`,
      }}
    />
  );
}

export function ConsumedApis() {
  return (
    <RelationCard
      title="Consumed APIs"
      relationType={RELATION_CONSUMES_API}
      columnConfig={apiColumns}
      emptyState={{
        message: `This ${useKind()} does not consume any APIs.`,
        helpLink: `${HELP}#specconsumesapis-optional`,
      }}
    />
  );
}

/** APIs that are part of the entity. */
export function PartApis() {
  return (
    <RelationCard
      title="APIs"
      relationType={RELATION_HAS_PART}
      entityKind="API"
      columnConfig={partColumns}
      emptyState={{
        message: `This ${useKind()} does not contain any APIs.`,
        helpLink: `${HELP}#kind-api`,
      }}
    />
  );
}

/** All APIs that a component has to do with, in a tab of their own. */
export function ApisTab() {
  return (
    <Flex direction="column" gap="4">
      <ProvidedApis />
      <ConsumedApis />
    </Flex>
  );
}

function useKind(): string {
  return useEntity().entity.kind.toLowerCase();
}
