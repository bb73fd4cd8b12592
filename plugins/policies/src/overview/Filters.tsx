import { SearchField, Select, ToggleButton } from '@backstage/ui';
import {
  policyModes,
  type Compliance,
  type PoliciesList,
  type ViolationsQuery,
  wordForKind,
} from '@slipway/plugin-policies-common';
import { wordForMode } from '@slipway/plugin-policies-react';
import { useEntityTitles, layout as styles } from '@slipway/ui';
import type { Change } from '../shared/useChange';

const ANY = 'any';
const NOBODY = 'none';

const WAIVED: Record<string, string> = {
  true: 'true',
  false: 'open',
  undefined: 'all',
};

/** What the list is narrowed to. */
export function Filters(props: {
  query: ViolationsQuery;
  change: Change;
  compliance: Compliance | undefined;
  policies: PoliciesList | undefined;
}) {
  const { query, change, compliance, policies } = props;
  const owners = compliance?.byOwner.map(({ owner }) => owner ?? NOBODY) ?? [];
  const titleOf = useEntityTitles(owners.filter(owner => owner !== NOBODY));
  const kinds = new Set(policies?.items.flatMap(item => item.kinds) ?? []);
  kinds.delete('*');
  const toggled = (list: readonly string[] = [], one: string) =>
    list.includes(one) ? list.filter(item => item !== one) : [...list, one];
  return (
    <div
      className={styles.row}
      style={{ alignItems: 'end' }}
      role="group"
      aria-label="Filter violations"
    >
      <SearchField
        aria-label="Search in names and messages"
        placeholder="Search"
        size="small"
        defaultValue={query.search ?? ''}
        onChange={search => change({ search: search || undefined })}
        style={{ width: '12rem', flexShrink: 0 }}
      />
      <ToggleButton
        size="small"
        isSelected={query.mine ?? false}
        onChange={on => change({ mine: on ? 'true' : undefined })}
      >
        Mine
      </ToggleButton>
      {policyModes.map(mode => (
        <ToggleButton
          key={mode}
          size="small"
          isSelected={query.mode?.includes(mode) ?? false}
          onChange={() => change({ mode: toggled(query.mode, mode) })}
        >
          {wordForMode(mode).label}
        </ToggleButton>
      ))}
      <Choice
        label="Owner"
        name="owner"
        chosen={query.owner}
        options={owners.map(owner => ({
          value: owner,
          label: owner === NOBODY ? 'Nobody' : titleOf(owner),
        }))}
        change={change}
      />
      <Choice
        label="Policy"
        name="policy"
        chosen={query.policy}
        options={(policies?.items ?? []).map(({ name, title }) => ({
          value: name,
          label: title,
        }))}
        change={change}
      />
      <Choice
        label="Kind"
        name="kind"
        chosen={query.kind}
        options={[...kinds].sort().map(kind => ({
          value: kind,
          label: wordForKind(kind),
        }))}
        change={change}
      />
      <Select
        size="small"
        label="Waivers"
        options={[
          { value: 'open', label: 'Not waived' },
          { value: 'true', label: 'Waived' },
          { value: 'all', label: 'Both' },
        ]}
        value={WAIVED[`${query.waived}`]}
        onChange={value =>
          change({ waived: value === 'open' ? undefined : String(value) })
        }
      />
      <Select
        size="small"
        label="Order"
        options={[
          { value: 'severity', label: 'Most severe first' },
          { value: 'age', label: 'Oldest first' },
        ]}
        value={query.sort ?? 'severity'}
        onChange={value =>
          change({ sort: value === 'age' ? 'age' : undefined })
        }
      />
      {(['environment', 'entityRef'] as const).map(
        name =>
          query[name] && (
            <ToggleButton
              key={name}
              size="small"
              isSelected
              onChange={() => change({ [name]: undefined })}
            >
              {`Only ${[query[name]].flat().join(', ')}`}
            </ToggleButton>
          ),
      )}
    </div>
  );
}

/** One of the values, or any. An address may hold several: then none is chosen here, and choosing one replaces them. */
function Choice(props: {
  label: string;
  name: string;
  chosen: string[] | undefined;
  options: { value: string; label: string }[];
  change: Change;
}) {
  const { label, name, chosen = [], options, change } = props;
  // What the address says is shown, even when nothing is found of it.
  const unknown = chosen.filter(one =>
    options.every(({ value }) => value !== one),
  );
  const several =
    chosen.length > 1 ? [{ value: 'several', label: 'Several' }] : [];
  return (
    <Select
      size="small"
      label={label}
      options={[
        { value: ANY, label: 'Any' },
        ...several,
        ...options,
        ...unknown.map(value => ({ value, label: value })),
      ]}
      value={chosen.length > 1 ? 'several' : (chosen[0] ?? ANY)}
      onChange={value => {
        if (value !== 'several') {
          change({ [name]: value === ANY ? undefined : String(value) });
        }
      }}
    />
  );
}
