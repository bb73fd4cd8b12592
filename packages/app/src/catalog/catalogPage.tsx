import {
  coreExtensionData,
  createExtensionInput,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import CategoryIcon from '@material-ui/icons/Category';

/** Upstream's list of the catalog, in place of its own: with the columns that help to choose, and rows of one line. */
export const catalogPage = PageBlueprint.makeWithOverrides({
  inputs: {
    filters: createExtensionInput([coreExtensionData.reactElement]),
  },
  factory(originalFactory, { inputs }) {
    return originalFactory({
      path: '/catalog',
      routeRef: catalogPlugin.routes.catalogIndex,
      icon: <CategoryIcon fontSize="inherit" />,
      title: 'Catalog',
      loader: async () => {
        const { CatalogList } = await import('./CatalogList');
        return (
          <CatalogList
            filters={inputs.filters.map(filter =>
              filter.get(coreExtensionData.reactElement),
            )}
          />
        );
      },
    });
  },
});
