import { SearchField, ToggleButton } from '@backstage/ui';
import type { May, PermissionsQuery } from '@slipway/plugin-access-common';
import { layout as styles } from '@slipway/ui';
import { useEffect, useState } from 'react';
import { MAY_WORDS } from './mayWords';
import type { Change } from './useAccessQuery';

/** What the permissions are narrowed to. */
export function Filters(props: {
  query: PermissionsQuery;
  change: Change;
  /** Whether they are somebody's. */
  hasMay?: boolean;
}) {
  const { query, change, hasMay = false } = props;
  const [text, setText] = useState(query.search ?? '');
  useEffect(() => {
    // Filters that were cleared elsewhere; what is being typed is never overtaken by an older address.
    if (!query.search) setText('');
  }, [query.search]);
  return (
    <div className={styles.row} role="group" aria-label="Filter permissions">
      <SearchField
        aria-label="Search permissions"
        placeholder="Search permissions"
        size="small"
        value={text}
        onChange={search => {
          setText(search);
          change({ search: search || undefined });
        }}
        style={{ flex: '0 1 16rem' }}
      />
      {hasMay &&
        (Object.keys(MAY_WORDS) as May[]).map(may => (
          <ToggleButton
            key={may}
            size="small"
            isSelected={query.may === may}
            onChange={on => change({ may: on ? may : undefined })}
          >
            {MAY_WORDS[may].label}
          </ToggleButton>
        ))}
      {query.plugin && (
        <ToggleButton
          size="small"
          isSelected
          onChange={() => change({ plugin: undefined })}
        >
          {`Plugin: ${query.plugin}`}
        </ToggleButton>
      )}
    </div>
  );
}
