import { SearchField, ToggleButton } from '@backstage/ui';
import {
  databaseEngineTitles,
  type DatabaseEngine,
  type DatabaseOptions,
  type DatabasesQuery,
} from '@slipway/plugin-databases-common';
import { layout as styles } from '@slipway/ui';

/** Filter chips; each says by itself whether it is on. */
export function Filters(props: {
  query: DatabasesQuery;
  options: DatabaseOptions | undefined;
  change: (changes: Record<string, string | string[] | undefined>) => void;
}) {
  const { query, options, change } = props;
  const engines: DatabaseEngine[] = [
    ...new Set(options?.providers.map(provider => provider.engine) ?? []),
  ];
  const toggled = (list: string[] = [], one: string) =>
    list.includes(one) ? list.filter(item => item !== one) : [...list, one];

  return (
    <div className={styles.row} role="group" aria-label="Filter databases">
      <SearchField
        aria-label="Search by name"
        placeholder="Search by name"
        size="small"
        defaultValue={query.search ?? ''}
        onChange={search => change({ search: search || undefined })}
        style={{ flex: '0 1 14rem' }}
      />
      <ToggleButton
        size="small"
        isSelected={query.mine ?? false}
        onChange={on => change({ mine: on ? 'true' : undefined })}
      >
        Mine
      </ToggleButton>
      <ToggleButton
        size="small"
        isSelected={query.attention ?? false}
        onChange={on => change({ attention: on ? 'true' : undefined })}
      >
        Needs attention
      </ToggleButton>
      {options?.environments.map(({ name, title }) => (
        <ToggleButton
          key={name}
          size="small"
          isSelected={query.environment?.includes(name) ?? false}
          onChange={() =>
            change({ environment: toggled(query.environment, name) })
          }
        >
          {title}
        </ToggleButton>
      ))}
      {engines.length > 1 &&
        engines.map(engine => (
          <ToggleButton
            key={engine}
            size="small"
            isSelected={query.engine?.includes(engine) ?? false}
            onChange={() => change({ engine: toggled(query.engine, engine) })}
          >
            {databaseEngineTitles[engine]}
          </ToggleButton>
        ))}
    </div>
  );
}
