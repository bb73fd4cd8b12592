import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { Combobox, useAsyncList } from '@backstage/ui';
import { describeError, layout as styles } from '@slipway/ui';
import { findGroups, findOwnGroups, type FoundGroup } from './findGroups';

/** Finds a group by a part of its name. */
export function GroupField(props: {
  label: string;
  description: string;
  /** Whether any group may be chosen, and not the person's own only. */
  isAny: boolean;
  /** The group that is left out. */
  except: string;
  value: FoundGroup | null;
  onChange: (group: FoundGroup | null) => void;
}) {
  const { isAny, except, value, onChange, ...words } = props;
  const catalog = useApi(catalogApiRef);
  const identity = useApi(identityApiRef);
  const groups = useAsyncList<FoundGroup>({
    async load({ filterText = '' }) {
      const term = filterText.trim();
      const found = isAny
        ? await findGroups(catalog, term)
        : await findOwnGroups(catalog, identity, term);
      return { items: found.filter(({ id }) => id !== except) };
    },
  });
  return (
    <div className={styles.tight}>
      <Combobox
        {...words}
        isRequired
        placeholder="A part of the name"
        options={groups}
        search={{ mode: 'server' }}
        value={value}
        onChange={chosen => onChange(chosen as FoundGroup | null)}
      />
      {groups.error && (
        <p className={styles.problem} role="alert">
          {`The groups could not be loaded: ${describeError(groups.error).cause}`}
        </p>
      )}
    </div>
  );
}
