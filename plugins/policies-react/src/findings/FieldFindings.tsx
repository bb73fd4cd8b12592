import type { JudgedFinding } from '@slipway/plugin-policies-common';
import { StatusBadge, layout as styles } from '@slipway/ui';
import { wordForFinding } from '../shared/words';
import { forPeople } from './PolicyFindings';

/**
 * What policies have against one field, in short, to stand below it. All there is to know stands in `PolicyFindings`.
 *
 * @public
 */
export function FieldFindings(props: {
  findings: readonly JudgedFinding[] | undefined;
  field: string;
}) {
  const found = forPeople(props.findings ?? []).filter(
    ({ field }) => field === props.field,
  );
  return (
    <>
      {found.map(finding => {
        const { label, tone } = wordForFinding(finding);
        return (
          <p
            key={`${finding.policy}:${finding.validation}`}
            className={styles.note}
          >
            <StatusBadge status={finding.mode} label={label} tone={tone} />{' '}
            {finding.message}
          </p>
        );
      })}
    </>
  );
}
