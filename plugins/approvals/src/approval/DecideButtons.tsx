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
  /** Among others in a list: each then says which, and none is the page's one primary action. */
  isInList?: boolean;
  /** Called when a vote was taken. */
  onDecided: () => void;
}

/**
 * "Approve" and "Reject", each of which asks once more with what there is to know.
 * @public
 */
export function DecideButtons(props: DecideButtonsProps) {
  const { approval, disabledReasonId, isInList, onDecided } = props;
  const [answer, setAnswer] = useState<ApprovalAnswer>();
  const button = (each: ApprovalAnswer, variant: 'primary' | 'secondary') => (
    <Button
      variant={variant}
      isDisabled={disabledReasonId !== undefined}
      aria-describedby={disabledReasonId}
      aria-label={
        isInList ? `${answerWords[each].verb}: ${approval.title}` : undefined
      }
      onPress={() => setAnswer(each)}
    >
      {answerWords[each].verb}
    </Button>
  );
  return (
    <>
      {button('reject', 'secondary')}
      {button('approve', isInList ? 'secondary' : 'primary')}
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
