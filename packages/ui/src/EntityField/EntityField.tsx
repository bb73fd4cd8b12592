import { type Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { Button, SearchField } from '@backstage/ui';
import { useEffect, useState } from 'react';
import useAsync from 'react-use/esm/useAsync';
import { EntityName } from '../EntityName/EntityName';
import layout from '../layout/layout.module.css';

const FOUND_AT_MOST = 8;
/** So long nobody types before the catalog is asked. */
const PAUSE_MS = 250;
const SEARCHED = [
  'metadata.name',
  'metadata.title',
  'spec.profile.displayName',
];

/** @public */
export interface EntityFieldProps {
  label: string;
  description?: string;
  /** Which are offered. */
  kinds: readonly ('user' | 'group')[];
  /** The ref of what is chosen. */
  value: string | undefined;
  onChange: (ref: string | undefined) => void;
  /** Refs that cannot be chosen here. */
  without?: readonly string[];
}

/**
 * Chooses a person or a group of the catalog by a part of the name.
 *
 * @public
 */
export function EntityField(props: EntityFieldProps) {
  const { label, description, kinds, value, onChange, without = [] } = props;
  const catalog = useApi(catalogApiRef);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useAsync(async () => {
    if (!asked) return undefined;
    const { items } = await catalog.queryEntities({
      filter: { kind: [...kinds] },
      fullTextFilter: { term: asked, fields: SEARCHED },
      fields: ['kind', ...SEARCHED, 'metadata.namespace'],
      // Some of them may be left out.
      limit: FOUND_AT_MOST + without.length,
    });
    return items;
  }, [catalog, asked, kinds.join(), without.length]);
  const offered = (text.trim() && found.value ? found.value : [])
    .map(entity => ({
      ref: stringifyEntityRef(entity),
      title: titleOf(entity),
    }))
    .filter(({ ref }) => !without.includes(ref))
    .slice(0, FOUND_AT_MOST);
  const isNobody =
    asked !== '' &&
    asked === text.trim() &&
    found.value !== undefined &&
    offered.length === 0;
  return (
    <div className={layout.tight}>
      <SearchField
        label={label}
        description={description}
        placeholder="A part of the name"
        value={text}
        onChange={setText}
      />
      {found.error && (
        <p role="alert" className={layout.problem}>
          The catalog could not be searched. Try again in a moment.
        </p>
      )}
      {offered.length > 0 && (
        <div className={layout.row} role="group" aria-label="Found">
          {offered.map(({ ref, title }) => (
            <Button
              key={ref}
              variant="secondary"
              size="small"
              onPress={() => {
                setText('');
                onChange(ref);
              }}
            >
              {title}
            </Button>
          ))}
        </div>
      )}
      {isNobody && (
        <p className={layout.note} role="status">
          Nobody who could be chosen is called so.
        </p>
      )}
      {value && !text.trim() && (
        <p className={layout.note} role="status">
          Chosen: <EntityName entityRef={value} />
        </p>
      )}
    </div>
  );
}

function titleOf(entity: Entity): string {
  const { name, title } = entity.metadata;
  const profile = entity.spec?.profile as { displayName?: string } | undefined;
  return profile?.displayName ?? title ?? name;
}
