import { Button } from '@backstage/ui';
import { scopeWords, type PolicyNote } from '@slipway/plugin-policies-common';
import {
  describeError,
  StatusBadge,
  Tile,
  layout as styles,
} from '@slipway/ui';
import {
  forPeople,
  PolicyFindings,
  type PolicyFix,
} from '../findings/PolicyFindings';
import type { WaiverSubject } from '../waiver/AskForWaiver';
import type { PolicyVerdict } from './usePolicyVerdict';

/** @public */
export interface VerdictPanelProps {
  verdict: PolicyVerdict;
  /** What would be made. */
  subject: WaiverSubject;
  /** Whether all that is needed was filled in: only then is silence consent. */
  isComplete: boolean;
  fixes?: readonly PolicyFix[];
}

/**
 * What the policies say about what is being typed. Nothing before they were first asked.
 *
 * @public
 */
export function VerdictPanel(props: VerdictPanelProps) {
  const { verdict, subject, isComplete, fixes } = props;
  const { answer, error, retry } = verdict;
  if (error) {
    return (
      <Tile title="Policies">
        <p role="status" className={styles.text}>
          {`The policies could not be asked: ${describeError(error).cause} You can go on; they are asked again before anything is done.`}
        </p>
        <div className={styles.row}>
          <Button size="small" variant="secondary" onPress={retry}>
            Ask again
          </Button>
        </div>
      </Tile>
    );
  }
  if (!answer) {
    return null;
  }
  const findings = forPeople(answer.findings);
  // What the page itself is about it shows itself.
  const notes = (answer.notes ?? []).filter(({ about }) => about);
  return (
    <Tile title="Policies">
      <div role="status" aria-busy={verdict.isAsking} className={styles.row}>
        <Summary {...summaryOf(findings, notes, isComplete)} />
      </div>
      {findings.length > 0 && (
        <PolicyFindings findings={findings} subject={subject} fixes={fixes} />
      )}
      {notes.length > 0 && (
        <ul className={styles.list} aria-label="What else to know">
          {notes.map(({ about, message }) => (
            <li key={JSON.stringify([about, message])} className={styles.note}>
              {about?.name
                ? `${scopeWords({ scope: about })}: ${message}`
                : message}
            </li>
          ))}
        </ul>
      )}
    </Tile>
  );
}

function Summary(props: {
  label: string;
  tone: 'positive' | 'neutral' | 'attention' | 'negative';
}) {
  return <StatusBadge status={props.tone} {...props} />;
}

function summaryOf(
  findings: ReturnType<typeof forPeople>,
  notes: readonly PolicyNote[],
  isComplete: boolean,
): Parameters<typeof Summary>[0] {
  const refusals = findings.filter(
    ({ mode, waivedBy }) => mode === 'deny' && !waivedBy,
  ).length;
  if (refusals > 0) {
    return {
      label: `${refusals === 1 ? 'One rule does' : `${refusals} rules do`} not allow this`,
      tone: 'negative',
    };
  }
  if (notes.some(({ refuses }) => refuses)) {
    return { label: 'This would be refused', tone: 'negative' };
  }
  if (findings.length > 0) {
    return {
      label: findings.every(({ waivedBy }) => waivedBy)
        ? 'Allowed by a waiver'
        : 'Allowed, with a warning',
      tone: 'attention',
    };
  }
  if (notes.length > 0) {
    return { label: 'Policies allow this; see below', tone: 'attention' };
  }
  return isComplete
    ? { label: 'All policies allow this', tone: 'positive' }
    : { label: 'Nothing against it so far', tone: 'neutral' };
}
