import { Button, ButtonLink, Link } from '@backstage/ui';
import {
  type JudgedFinding,
  policyPath,
  scopeWords,
  waiverPath,
} from '@slipway/plugin-policies-common';
import { RelativeTime, StatusBadge, layout as styles } from '@slipway/ui';
import { wordForFinding } from '../shared/words';
import { AskForWaiver, type WaiverSubject } from '../waiver/AskForWaiver';

/** @public */
export interface PolicyFix {
  /** The field that it changes, as findings name it. */
  field: string;
  /** What pressing it does, for example "Set size to medium". */
  label: string;
  apply: () => void;
}

/** @public */
export interface PolicyFindingsProps {
  findings: readonly JudgedFinding[];
  /** What they are about. Without it no waiver can be asked for here. */
  subject?: WaiverSubject;
  /** What can be pressed to comply. */
  fixes?: readonly PolicyFix[];
}

/**
 * What policies have against something: the rule, the field, what is wrong, why there is the rule, and the two ways on:
 * comply, or ask for a waiver. What is noted for the platform team only is left out.
 *
 * @public
 */
export function PolicyFindings(props: PolicyFindingsProps) {
  const { findings, subject, fixes = [] } = props;
  return (
    <ul className={styles.plain} aria-label="What policies say">
      {forPeople(findings).map(finding => (
        <li
          key={JSON.stringify([
            finding.policy,
            finding.validation,
            finding.about,
          ])}
          className={styles.item}
        >
          <OneFinding
            finding={finding}
            // What comes of it is something else, and a waiver is about that.
            subject={subject && (finding.about ?? subject)}
            fixes={fixes.filter(
              ({ field }) => !finding.about && field === finding.field,
            )}
          />
        </li>
      ))}
    </ul>
  );
}

/**
 * What a person is told of: refusals first, then warnings, then what is waived.
 * @public
 */
export function forPeople(findings: readonly JudgedFinding[]): JudgedFinding[] {
  const rank = ({ mode, waivedBy }: JudgedFinding) =>
    waivedBy ? 2 : Number(mode === 'warn');
  return findings
    .filter(({ mode }) => mode !== 'audit')
    .sort((a, b) => rank(a) - rank(b));
}

function OneFinding(props: {
  finding: JudgedFinding;
  subject?: WaiverSubject;
  fixes: readonly PolicyFix[];
}) {
  const { finding, subject, fixes } = props;
  const { label, tone } = wordForFinding(finding);
  const { waivedBy } = finding;
  return (
    <>
      <div className={styles.row}>
        <StatusBadge status={finding.mode} label={label} tone={tone} />
        <Link href={policyPath(finding.policy)} weight="bold">
          {finding.title}
        </Link>
        {finding.about && (
          <span className={styles.note}>
            {scopeWords({ scope: finding.about })}
          </span>
        )}
        {finding.field && (
          <span className={styles.note}>
            Field <code>{finding.field}</code>
          </span>
        )}
      </div>
      <p className={styles.text}>{finding.message}</p>
      <p className={styles.note}>{`Why: ${finding.reason}`}</p>
      {waivedBy ? (
        <div className={styles.row}>
          <span className={styles.note}>
            A waiver covers it until it ends,{' '}
            <RelativeTime at={waivedBy.expiresAt} />: {waivedBy.reason}
          </span>
          <ButtonLink
            size="small"
            variant="secondary"
            href={waiverPath(waivedBy.id)}
            aria-label={`Open the waiver from ${finding.title}`}
          >
            Open the waiver
          </ButtonLink>
        </div>
      ) : (
        <>
          <p className={styles.note}>{`How to comply: ${finding.comply}`}</p>
          <div className={styles.row}>
            {fixes.map(fix => (
              <Button
                key={fix.label}
                size="small"
                variant="secondary"
                onPress={fix.apply}
              >
                {fix.label}
              </Button>
            ))}
            {subject && <AskForWaiver finding={finding} subject={subject} />}
          </div>
        </>
      )}
    </>
  );
}
