import { NotAllowedError } from '@backstage/errors';
import {
  scopeWords,
  type JudgedFinding,
} from '@slipway/plugin-policies-common';

/** Findings that the message tells of; all are in `findings`. */
const TOLD_MAX = 5;

/**
 * Policies deny a request. Answered with 403; the body has `findings`, so that a form shows them beside its fields.
 * @public
 */
export class PolicyRefusedError extends NotAllowedError {
  /** What denies, without what is waived. */
  readonly findings: JudgedFinding[];

  constructor(findings: readonly JudgedFinding[]) {
    const denying = findings.filter(
      ({ mode, waivedBy }) => mode === 'deny' && !waivedBy,
    );
    const told = denying.slice(0, TOLD_MAX).map(explainFinding);
    const more = denying.length - told.length;
    super(
      [...told, ...(more > 0 ? [`${more} more rules refuse it.`] : [])].join(
        ' ',
      ),
    );
    this.findings = denying;
  }
}

/**
 * A finding in a few sentences: the rule, the field, the reason and how to comply.
 * @public
 */
export function explainFinding(finding: JudgedFinding): string {
  const { title, field, message, reason, comply, about } = finding;
  const where = [about && scopeWords({ scope: about }), field].filter(Boolean);
  return `${title}${where.length ? ` (${where.join(', ')})` : ''}: ${message} ${reason} ${comply}`;
}
