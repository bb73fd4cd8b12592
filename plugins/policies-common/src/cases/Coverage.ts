import type { PolicyProblem } from '../document/problems';
import type { CompiledPolicy } from '../engine/compilePolicy';
import type { Judgement } from '../engine/judge';

/** Which outcomes the cases of a policy have shown. */
export class Coverage {
  private passed = false;
  private readonly failedBy = new Set<number>();

  add(judgement: Judgement | undefined) {
    if (!judgement || judgement.skipped) {
      return;
    }
    this.passed ||= judgement.findings.length === 0;
    for (const { failed, validation } of judgement.findings) {
      if (!failed && validation !== undefined) {
        this.failedBy.add(validation);
      }
    }
  }

  missing(policy: CompiledPolicy): PolicyProblem[] {
    const say = (message: string): PolicyProblem => ({
      file: policy.file,
      line: 1,
      column: 1,
      message,
    });
    return [
      ...(this.passed
        ? []
        : [say(`${policy.name} has no case that passes. Add one.`)]),
      ...policy.document.spec.validations.flatMap((_, i) =>
        this.failedBy.has(i)
          ? []
          : [
              say(
                `${policy.name} has no case that fails by spec.validations[${i}]. Add one.`,
              ),
            ],
      ),
    ];
  }
}
