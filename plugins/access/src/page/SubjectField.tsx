import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { Button, SearchField } from '@backstage/ui';
import { EntityName, layout as styles, useLoaded } from '@slipway/ui';
import { useEffect, useState } from 'react';

const FOUND_AT_MOST = 8;
const PAUSE_MS = 250;
/** A whole ref, also of somebody whom the catalog does not know any more. */
const REF = /^(user|group):[a-z0-9._-]+\/[a-z0-9._-]+$/i;

/** Finds a person or a group by a part of the name; a whole ref is taken as it is. */
export function SubjectField(props: {
  value: string | undefined;
  onChange: (ref: string) => void;
}) {
  const { value, onChange } = props;
  const catalog = useApi(catalogApiRef);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useLoaded(async () => {
    if (asked.length < 2 || REF.test(asked)) return [];
    const { items } = await catalog.queryEntities({
      filter: { kind: ['user', 'group'] },
      fullTextFilter: {
        term: asked,
        fields: ['metadata.name', 'metadata.title', 'spec.profile.displayName'],
      },
      fields: ['kind', 'metadata.name', 'metadata.namespace'],
      limit: FOUND_AT_MOST,
    });
    return items.map(entity => stringifyEntityRef(entity));
  }, [catalog, asked]);
  const choose = (ref: string) => {
    setText('');
    onChange(ref.toLowerCase());
  };
  const refs = text ? (found.value ?? []) : [];
  const isNobody =
    asked.length >= 2 &&
    asked === text.trim() &&
    !REF.test(asked) &&
    found.value?.length === 0;
  return (
    <div className={styles.tight}>
      <SearchField
        label="Person or group"
        placeholder="A part of the name"
        size="small"
        value={text}
        onChange={setText}
        onKeyDown={event => {
          if (event.key !== 'Enter') return;
          if (REF.test(text.trim())) choose(text.trim());
          else if (refs.length === 1) choose(refs[0]);
        }}
        style={{ maxWidth: '24rem' }}
      />
      {found.error && (
        <p className={styles.problem} role="alert">
          The catalog could not be searched. Write a whole ref, such as
          user:default/jane, and press Enter.
        </p>
      )}
      {refs.length > 0 && (
        <div className={styles.row} role="group" aria-label="Found">
          {refs.map(ref => (
            <Button
              key={ref}
              variant="secondary"
              size="small"
              onPress={() => choose(ref)}
            >
              <EntityName entityRef={ref} />
            </Button>
          ))}
        </div>
      )}
      {isNobody && (
        <p className={styles.note} role="status">
          Nobody in the catalog is called so. For somebody who has left write
          the whole ref, such as user:default/jane, and press Enter.
        </p>
      )}
      {value && !text && (
        <p className={styles.note}>
          Shown: <code>{value}</code>
        </p>
      )}
    </div>
  );
}
