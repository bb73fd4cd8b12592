import { Alert } from '@backstage/ui';
import type { JudgedFinding } from '@slipway/plugin-policies-common';
import {
  ErrorState,
  type ErrorStateProps,
  layout as styles,
} from '@slipway/ui';
import type { WaiverSubject } from '../waiver/AskForWaiver';
import { findingsOf } from './findingsOf';
import { PolicyFindings, type PolicyFix } from './PolicyFindings';

/**
 * Says what failed and why. When policies refused it, it says which rules, and the two ways on.
 *
 * @public
 */
export function RefusalState(
  props: ErrorStateProps & {
    subject?: WaiverSubject;
    fixes?: readonly PolicyFix[];
    /** What the page's `VerdictPanel` says already: it is not said twice. */
    shown?: readonly JudgedFinding[];
  },
) {
  const { subject, fixes, shown = [], ...rest } = props;
  const findings = findingsOf(props.error);
  if (!findings) {
    return <ErrorState {...rest} />;
  }
  const others = findings.filter(
    ({ policy, validation }) =>
      !shown.some(
        each => each.policy === policy && each.validation === validation,
      ),
  );
  return (
    <div className={styles.tight}>
      <div role="alert">
        <Alert
          status="danger"
          icon
          title={props.title}
          description={
            others.length > 0
              ? 'Policies do not allow it. Below is which, why, and how to go on.'
              : 'Policies do not allow it. Which, why, and how to go on is said under Policies.'
          }
        />
      </div>
      {others.length > 0 && (
        <PolicyFindings findings={others} subject={subject} fixes={fixes} />
      )}
    </div>
  );
}
