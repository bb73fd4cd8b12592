import { Alert } from '@backstage/ui';
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
  },
) {
  const { subject, fixes, ...rest } = props;
  const findings = findingsOf(props.error);
  if (!findings) {
    return <ErrorState {...rest} />;
  }
  return (
    <div className={styles.tight}>
      <div role="alert">
        <Alert
          status="danger"
          icon
          title={props.title}
          description="Policies do not allow it. Below is which, why, and how to go on."
        />
      </div>
      <PolicyFindings findings={findings} subject={subject} fixes={fixes} />
    </div>
  );
}
