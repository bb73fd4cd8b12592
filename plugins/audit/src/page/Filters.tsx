import { DateRangePicker, TextField, ToggleButton } from '@backstage/ui';
import { parseDate } from '@internationalized/date';
import {
  type AuditEventsQuery,
  auditOutcomes,
  auditSeverities,
} from '@slipway/plugin-audit-common';
import { wordForStatus } from '@slipway/ui';
import { useEffect, useState } from 'react';
import { type Change, type TextFilter, textFilters } from './useAuditQuery';
import styles from './AuditPage.module.css';

const LABELS: Record<TextFilter, string> = {
  actor: 'Who',
  plugin: 'Plugin',
  event: 'What',
  subject: 'On what',
  correlationId: 'Request id',
};
const PLACEHOLDERS: Partial<Record<TextFilter, string>> = {
  actor: 'user:default/name',
  plugin: 'databases',
  event: 'database-create',
};

/** What the list is narrowed to. */
export function Filters(props: {
  query: AuditEventsQuery;
  days: { from: string | null; to: string | null };
  change: Change;
}) {
  const { query, days, change } = props;
  const toggled = (list: string[] = [], one: string) =>
    list.includes(one) ? list.filter(item => item !== one) : [...list, one];
  return (
    <div role="group" aria-label="Filter entries" className={styles.tight}>
      <div className={styles.row}>
        <DateRangePicker
          label="Days"
          value={toRange(days)}
          onChange={range =>
            change({
              from: range?.start.toString().slice(0, 10),
              to: range?.end.toString().slice(0, 10),
            })
          }
        />
        {textFilters.map(name => (
          <WholeText
            key={name}
            label={LABELS[name]}
            placeholder={PLACEHOLDERS[name]}
            value={query[name] ?? ''}
            onChange={value => change({ [name]: value || undefined })}
          />
        ))}
      </div>
      <div className={styles.row}>
        {query.operation && (
          <ToggleButton
            size="small"
            isSelected
            onChange={() => change({ operation: undefined })}
          >
            One piece of work
          </ToggleButton>
        )}
        {auditOutcomes.map(outcome => (
          <ToggleButton
            key={outcome}
            size="small"
            isSelected={query.outcome?.includes(outcome) ?? false}
            onChange={() =>
              change({ outcome: toggled(query.outcome, outcome) })
            }
          >
            {wordForStatus(outcome)}
          </ToggleButton>
        ))}
        {auditSeverities.map(severity => (
          <ToggleButton
            key={severity}
            size="small"
            isSelected={query.severity?.includes(severity) ?? false}
            onChange={() =>
              change({ severity: toggled(query.severity, severity) })
            }
          >
            {wordForStatus(severity)}
          </ToggleButton>
        ))}
      </div>
    </div>
  );
}

/** A text that is compared whole: it counts when it is finished, by Enter or by leaving the field. */
function WholeText(props: {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const { label, placeholder, value, onChange } = props;
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const finish = () => {
    if (text.trim() !== value) {
      onChange(text.trim());
    }
  };
  return (
    <TextField
      className={styles.field}
      size="small"
      label={label}
      placeholder={placeholder}
      value={text}
      onChange={setText}
      onBlur={finish}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          finish();
        }
      }}
    />
  );
}

function toRange({ from, to }: { from: string | null; to: string | null }) {
  try {
    return from && to ? { start: parseDate(from), end: parseDate(to) } : null;
  } catch {
    // Somebody has written into the address.
    return null;
  }
}
