import type {
  JudgedFinding,
  PolicyAnswer,
} from '@slipway/plugin-policies-common';

/**
 * An answer about something that is not finished yet: what policies have against fields that nobody has filled in, and
 * policies that could not be evaluated for want of them, are left out.
 *
 * @param isFilled - whether a field, as findings name it, has been filled in
 * @public
 */
export function whileTyping(
  answer: PolicyAnswer | undefined,
  isFilled: (field: string) => boolean,
): PolicyAnswer | undefined {
  const isFair = ({ failed, field }: JudgedFinding) =>
    !failed && (field === undefined || isFilled(field));
  return (
    answer && {
      ...answer,
      findings: answer.findings.filter(isFair),
    }
  );
}
