import { TextAreaField } from '@backstage/ui';
import type { ApprovalAnswer } from '@slipway/plugin-approvals-common';

/** Why: needed to reject, welcome to approve. */
export function ReasonField(props: {
  answer: ApprovalAnswer;
  value: string;
  onChange: (value: string) => void;
}) {
  const { answer, value, onChange } = props;
  return (
    <TextAreaField
      label="Reason"
      secondaryLabel={answer === 'reject' ? 'Needed' : 'Optional'}
      description={
        answer === 'reject'
          ? 'So that the requester knows how to go on.'
          : undefined
      }
      maxLength={2000}
      value={value}
      onChange={onChange}
    />
  );
}
