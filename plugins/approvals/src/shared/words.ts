import type {
  Approval,
  ApprovalAnswer,
} from '@slipway/plugin-approvals-common';

/** What each answer is called, on a button and afterwards. */
export const answerWords: Record<
  ApprovalAnswer,
  { verb: string; done: string }
> = {
  approve: { verb: 'Approve', done: 'Approved' },
  reject: { verb: 'Reject', done: 'Rejected' },
};

/** "1 of 2": people who approved, of how many are needed at least. */
export function approvalsSoFar({ votes, rule }: Approval): string {
  const given = votes.filter(vote => vote.answer === 'approve').length;
  const needed = Math.max(...rule.map(part => part.required));
  return `${given} of ${needed}`;
}
