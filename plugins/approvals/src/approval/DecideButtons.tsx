import { Button } from '@backstage/ui';
import type {
  Approval,
  ApprovalAnswer,
} from '@slipway/plugin-approvals-common';
import { useState } from 'react';
import { answerWords } from '../shared/words';
import { DecisionDialog } from './DecisionDialog';

/** @public */
export interface DecideButtonsProps {
  approval: Pick<Approval, 'id' | 'title'>;
  /** Given when the person may not: the id of the element that says why. */
  disabledReasonId?: string;
  size?: 'small' | 'medium';
  /** Called when a vote was taken. */
  onDecided: () => void;
}

/**
 * "Approve" and "Reject", each of which asks once more with what there is to know.
 * @public
 */
export function DecideButtons(props: DecideButtonsProps) {
  const { approval, disabledReasonId, size = 'medium', onDecided } = props;
  const [answer, setAnswer] = useState<ApprovalAnswer>();
  const button = (each: ApprovalAnswer, variant: 'primary' | 'secondary') => (
    <Button
      size={size}
      variant={variant}
      isDisabled={disabledReasonId !== undefined}
      aria-describedby={disabledReasonId}
      // On a page with several, each says which.
      aria-label={
        size === 'small'
          ? `${answerWords[each].verb}: ${approval.title}`
          : undefined
      }
      onPress={() => setAnswer(each)}
    >
      {answerWords[each].verb}
    </Button>
  );
  return (
    <>
      {button('reject', 'secondary')}
      {button('approve', size === 'small' ? 'secondary' : 'primary')}
      {answer && (
        <DecisionDialog
          approval={approval}
          answer={answer}
          onClose={() => setAnswer(undefined)}
          onDecided={onDecided}
        />
      )}
    </>
  );
}
