import { Button } from '@backstage/ui';
import type { JudgedFinding } from '@slipway/plugin-policies-common';
import { layout as styles } from '@slipway/ui';
import { lazy, Suspense, useId, useState } from 'react';
import { useMayAsk } from './useMayAsk';

const WaiverDialog = lazy(async () => ({
  default: (await import('./WaiverDialog')).WaiverDialog,
}));

/**
 * What a waiver would be about: a thing that exists, or one that is asked for.
 * @public
 */
export interface WaiverSubject {
  /** For example `DatabaseRequest` or `Component`. */
  kind: string;
  name?: string;
  /** The group that owns it, in full. */
  owner?: string;
  entityRef?: string;
  environment?: string;
}

/** @public */
export interface AskForWaiverProps {
  finding: Pick<JudgedFinding, 'policy' | 'title' | 'field' | 'message'>;
  subject: WaiverSubject;
  /** Called when one was asked for. */
  onAsked?: () => void;
}

/**
 * "Ask for a waiver". Disabled with the reason for those who may not.
 * @public
 */
export function AskForWaiver(props: AskForWaiverProps) {
  const { finding, subject, onAsked } = props;
  const { reason } = useMayAsk(subject);
  const [isOpen, setIsOpen] = useState(false);
  const reasonId = useId();
  return (
    <>
      <Button
        size="small"
        variant="secondary"
        isDisabled={reason !== undefined}
        aria-describedby={reason && reasonId}
        aria-label={`Ask for a waiver from ${finding.title}`}
        onPress={() => setIsOpen(true)}
      >
        Ask for a waiver
      </Button>
      {reason && (
        <span id={reasonId} className={styles.note}>
          {reason}
        </span>
      )}
      {isOpen && (
        <Suspense fallback={null}>
          <WaiverDialog
            finding={finding}
            subject={subject}
            onClose={() => setIsOpen(false)}
            onAsked={onAsked}
          />
        </Suspense>
      )}
    </>
  );
}
