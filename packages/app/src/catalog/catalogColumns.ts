import { CatalogTable } from '@backstage/plugin-catalog';
import type { CatalogTableColumnsFunc } from '@backstage/plugin-catalog/alpha';

/**
 * The columns of the catalog's list: who a thing is, what it does, whose it is. Upstream's have a namespace as well,
 * which stands before the name where it is not the usual one, and the description behind all of them, where a screen of
 * 1280 has no room for it.
 */
export const catalogColumns: CatalogTableColumnsFunc = ({
  filters,
  entities,
}) => {
  const kind = entities[0]?.kind.toLocaleLowerCase('en') ?? filters.kind?.value;
  const columns = CatalogTable.columns;
  const name = [
    // Not seen, but searched.
    columns.createTitleColumn({ hidden: true }),
    columns.createNameColumn({ defaultKind: kind }),
  ];
  const description = columns.createMetadataDescriptionColumn();
  const type = columns.createSpecTypeColumn({
    hidden: filters.type !== undefined,
  });
  switch (kind) {
    case 'user':
      return [...name, description, columns.createTagsColumn()];
    case 'domain':
    case 'system':
      return [
        ...name,
        description,
        columns.createOwnerColumn(),
        columns.createTagsColumn(),
      ];
    case 'group':
    case 'template':
      return [...name, description, type, columns.createTagsColumn()];
    case 'location':
      return [...name, columns.createSpecTargetsColumn(), type];
    default:
      return [
        ...name,
        description,
        columns.createOwnerColumn(),
        columns.createSystemColumn(),
        type,
        columns.createSpecLifecycleColumn(),
        columns.createTagsColumn(),
      ];
  }
};
