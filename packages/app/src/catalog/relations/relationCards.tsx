import {
  RELATION_API_CONSUMED_BY,
  RELATION_API_PROVIDED_BY,
  RELATION_DEPENDS_ON,
  RELATION_HAS_PART,
} from '@backstage/catalog-model';
import { createFrontendModule } from '@backstage/frontend-plugin-api';
import apiDocsPlugin from '@backstage/plugin-api-docs/alpha';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import {
  entityColumnPresets as presets,
  type EntityRelationCardProps,
} from '@backstage/plugin-catalog-react/alpha';

type Facts = Omit<EntityRelationCardProps, 'emptyState' | 'className'> & {
  /** What is said when there is none. */
  none: string;
  help: string;
};

const HELP =
  'https://backstage.io/docs/features/software-catalog/descriptor-format';

const card = (facts: Facts) => async () => {
  const { RelationCard } = await import('./RelationCard');
  const { none, help, ...props } = facts;
  const emptyState = { message: none, helpLink: help };
  return <RelationCard {...props} emptyState={emptyState} />;
};

const apis = (name: 'ProvidedApis' | 'ConsumedApis' | 'PartApis') => {
  return async () => {
    const cards = await import('./ApiCards');
    const Card = cards[name];
    return <Card />;
  };
};

const { component, resource, system, domain } = presets;

const apiExtensions = [
  apiDocsPlugin
    .getExtension('entity-card:api-docs/provided-apis')
    .override({ params: { loader: apis('ProvidedApis') } }),
  apiDocsPlugin
    .getExtension('entity-card:api-docs/consumed-apis')
    .override({ params: { loader: apis('ConsumedApis') } }),
  apiDocsPlugin
    .getExtension('entity-card:api-docs/has-apis')
    .override({ params: { loader: apis('PartApis') } }),
  apiDocsPlugin.getExtension('entity-content:api-docs/apis').override({
    params: {
      loader: async () => {
        const { ApisTab } = await import('./ApiCards');
        return <ApisTab />;
      },
    },
  }),
  apiDocsPlugin
    .getExtension('entity-card:api-docs/providing-components')
    .override({
      params: {
        loader: card({
          title: 'Providers',
          relationType: RELATION_API_PROVIDED_BY,
          columnConfig: component.columns,
          none: 'No component provides this API.',
          help: `${HELP}#specprovidesapis-optional`,
        }),
      },
    }),
  apiDocsPlugin
    .getExtension('entity-card:api-docs/consuming-components')
    .override({
      params: {
        loader: card({
          title: 'Consumers',
          relationType: RELATION_API_CONSUMED_BY,
          columnConfig: component.columns,
          none: 'No component consumes this API.',
          help: `${HELP}#specconsumesapis-optional`,
        }),
      },
    }),
];

const catalogExtensions = [
  catalogPlugin
    .getExtension('entity-card:catalog/depends-on-components')
    .override({
      params: {
        loader: card({
          title: 'Depends on components',
          relationType: RELATION_DEPENDS_ON,
          entityKind: 'Component',
          columnConfig: component.columns,
          none: 'It depends on no component.',
          help: component.helpLink,
        }),
      },
    }),
  catalogPlugin
    .getExtension('entity-card:catalog/depends-on-resources')
    .override({
      params: {
        loader: card({
          title: 'Depends on resources',
          relationType: RELATION_DEPENDS_ON,
          entityKind: 'Resource',
          columnConfig: resource.columns,
          none: 'It depends on no resource.',
          help: component.helpLink,
        }),
      },
    }),
  catalogPlugin.getExtension('entity-card:catalog/has-components').override({
    params: {
      loader: card({
        title: 'Has components',
        relationType: RELATION_HAS_PART,
        entityKind: 'Component',
        columnConfig: component.columns,
        none: 'No component is part of this system.',
        help: component.helpLink,
      }),
    },
  }),
  catalogPlugin.getExtension('entity-card:catalog/has-resources').override({
    params: {
      loader: card({
        title: 'Has resources',
        relationType: RELATION_HAS_PART,
        entityKind: 'Resource',
        columnConfig: resource.columns,
        none: 'No resource is part of this system.',
        help: resource.helpLink,
      }),
    },
  }),
  catalogPlugin.getExtension('entity-card:catalog/has-subcomponents').override({
    params: {
      loader: card({
        title: 'Has subcomponents',
        relationType: RELATION_HAS_PART,
        entityKind: 'Component',
        columnConfig: component.columns,
        none: 'No component is part of this component.',
        help: `${HELP}#specsubcomponentof-optional`,
      }),
    },
  }),
  catalogPlugin.getExtension('entity-card:catalog/has-subdomains').override({
    params: {
      loader: card({
        title: 'Has subdomains',
        relationType: RELATION_HAS_PART,
        entityKind: 'Domain',
        columnConfig: domain.columns,
        none: 'No domain is part of this domain.',
        help: domain.helpLink,
      }),
    },
  }),
  catalogPlugin.getExtension('entity-card:catalog/has-systems').override({
    params: {
      loader: card({
        title: 'Has systems',
        relationType: RELATION_HAS_PART,
        entityKind: 'System',
        columnConfig: system.columns,
        none: 'No system is part of this domain.',
        help: system.helpLink,
      }),
    },
  }),
];

/** Upstream's cards of related entities, which here say nothing before they know. */
export const relationModules = [
  createFrontendModule({ pluginId: 'api-docs', extensions: apiExtensions }),
  createFrontendModule({ pluginId: 'catalog', extensions: catalogExtensions }),
];
