import { useState } from 'react';
import type { Entity } from '@backstage/catalog-model';
import { ApiDefinitionDialog, ApiTypeTitle } from '@backstage/plugin-api-docs';
import {
  entityDataTableColumns,
  type EntityColumnConfig,
} from '@backstage/plugin-catalog-react/alpha';
import { ButtonIcon, Cell } from '@backstage/ui';
import { RiPuzzleLine } from '@remixicon/react';

function DefinitionButton(props: { api: Entity }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <ButtonIcon
        aria-label="Show the definition"
        onPress={() => setOpen(true)}
        variant="tertiary"
        size="small"
        icon={<RiPuzzleLine />}
      />
      <ApiDefinitionDialog
        entity={props.api as never}
        open={open}
        onClose={() => setOpen(false)}
      />
    </>
  );
}

const type: EntityColumnConfig = {
  id: 'apiType',
  label: 'Type',
  isSortable: true,
  cell: api => (
    <Cell>
      <ApiTypeTitle apiEntity={api as never} />
    </Cell>
  ),
  sortValue: api => String(api.spec?.type ?? ''),
};

const definition: EntityColumnConfig = {
  id: 'apiDefinition',
  label: 'Definition',
  cell: api => (
    <Cell>
      <DefinitionButton api={api} />
    </Cell>
  ),
};

const name = entityDataTableColumns.createEntityRefColumn({
  defaultKind: 'API',
});
const owner = entityDataTableColumns.createOwnerColumn();
const lifecycle = entityDataTableColumns.createSpecLifecycleColumn();
const description = entityDataTableColumns.createMetadataDescriptionColumn();

/** What is said of the APIs that belong to a component. */
export const partColumns = [name, owner, type, lifecycle, description];

/** What is said of an API that a component provides or consumes. Upstream has the same, for itself. */
export const apiColumns = [
  name,
  entityDataTableColumns.createSystemColumn(),
  owner,
  type,
  lifecycle,
  description,
  definition,
];
