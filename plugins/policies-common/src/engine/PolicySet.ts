import { isCelError, type CelResult } from '@bufbuild/cel';
import { inCelContext } from '../cel/environment';
import { digestOf } from '../document/digest';
import type { CompiledPolicy } from './compilePolicy';
import { toFacts } from './facts';
import { explainOutcome, failure, judge, type PolicyFinding } from './judge';
import { KIND_COST_MAX } from './limits';
import type { PolicyRequest } from './request';
import { sayValue } from './sayValue';
import { policySubjects, subjectOf, type PolicySubject } from './subjects';

/**
 * The answer to a request.
 * @public
 */
export interface PolicyVerdict {
  /** False when a policy that denies has something against it, or could not be evaluated. */
  allowed: boolean;
  findings: PolicyFinding[];
  /** The version of the set of policies that was asked. */
  digest: string;
}

/**
 * How one policy judged a request.
 * @public
 */
export interface PolicyExplanation {
  policy: string;
  title: string;
  mode: string;
  digest: string;
  /** Why it does not apply; undefined when it does. */
  skipped?: string;
  /** Each expression that was looked at, in order. */
  steps: {
    part: 'variable' | 'matchCondition' | 'validation';
    /** The name, or the index of a validation. */
    name: string;
    expression: string;
    /** The value as text, or why there is none. */
    outcome: string;
    ok: boolean;
  }[];
  findings: PolicyFinding[];
}

/**
 * Policies that are in force together. It never changes: a new set takes its place.
 * @public
 */
export class PolicySet {
  /** @param policies - with different names: see `loadPolicies` */
  static create(
    policies: readonly CompiledPolicy[],
    options: { subjects?: Readonly<Record<string, PolicySubject>> } = {},
  ): PolicySet {
    const sorted = policies.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return new PolicySet(sorted, options.subjects ?? policySubjects);
  }

  /** The version of the whole set. */
  readonly digest: string;
  private readonly byKind = new Map<string, CompiledPolicy[]>();
  private readonly ofAllKinds: CompiledPolicy[];

  private constructor(
    readonly policies: readonly CompiledPolicy[],
    private readonly subjects: Readonly<Record<string, PolicySubject>>,
  ) {
    this.digest = digestOf(policies.map(({ digest }) => digest));
    this.ofAllKinds = policies.filter(isOfAllKinds);
    const kinds = new Set(
      policies.flatMap(policy => policy.document.spec.match.kinds),
    );
    for (const kind of kinds) {
      this.byKind.set(
        kind,
        policies.filter(
          policy =>
            isOfAllKinds(policy) ||
            policy.document.spec.match.kinds.includes(kind),
        ),
      );
    }
  }

  /**
   * Asks all policies that are about a request. Touches nothing outside, and does not throw: what cannot be evaluated is
   * a finding.
   *
   * @param onAsked - called with the name of each policy that applies, for whoever counts
   */
  evaluate(
    request: PolicyRequest,
    onAsked?: (policy: string) => void,
  ): PolicyVerdict {
    const policies = this.byKind.get(request.kind) ?? this.ofAllKinds;
    const findings: PolicyFinding[] = [];
    if (policies.length > 0) {
      try {
        const facts = toFacts(request, subjectOf(this.subjects, request.kind));
        inCelContext(() => {
          let left = KIND_COST_MAX;
          for (const policy of policies) {
            const judgement = judge(policy, facts, left);
            left = Math.max(0, left - judgement.steps);
            findings.push(...judgement.findings);
            if (!judgement.skipped) {
              onAsked?.(policy.name);
            }
          }
        });
      } catch (error) {
        // The request is not what its type says. Whoever let it through, it is not allowed.
        findings.push(
          ...policies.map(policy => failure(policy, (error as Error).message)),
        );
        policies.forEach(({ name }) => onAsked?.(name));
      }
    }
    return { allowed: isAllowed(findings), findings, digest: this.digest };
  }

  /**
   * Says how each policy of the set judges a request, also those that are not about it. Finds what {@link PolicySet.evaluate}
   * finds: they share the steps in the same order, and it does not throw.
   */
  explain(request: PolicyRequest): PolicyExplanation[] {
    const explanation = (
      { name, title, mode, digest }: CompiledPolicy,
      said: Pick<PolicyExplanation, 'skipped' | 'steps' | 'findings'>,
    ): PolicyExplanation => ({ policy: name, title, mode, digest, ...said });
    try {
      const facts = toFacts(request, subjectOf(this.subjects, request.kind));
      let left = KIND_COST_MAX;
      return inCelContext(() =>
        this.policies.map(policy => {
          const steps: PolicyExplanation['steps'] = [];
          const { spec } = policy.document;
          const judgement = judge(policy, facts, left, (part, name, outcome) =>
            steps.push({
              part,
              name,
              expression: expressionOf(spec, part, name),
              outcome: sayOutcome(outcome),
              ok: part === 'variable' ? !isCelError(outcome) : outcome === true,
            }),
          );
          left = Math.max(0, left - judgement.steps);
          const { skipped, findings } = judgement;
          return explanation(policy, { skipped, steps, findings });
        }),
      );
    } catch (error) {
      const about = this.byKind.get(request.kind) ?? this.ofAllKinds;
      return this.policies.map(policy =>
        explanation(
          policy,
          about.includes(policy)
            ? {
                steps: [],
                findings: [failure(policy, (error as Error).message)],
              }
            : {
                skipped: `it is about ${policy.document.spec.match.kinds.join(', ')}`,
                steps: [],
                findings: [],
              },
        ),
      );
    }
  }
}

/**
 * Whether findings let a request pass. For whoever takes findings away, such as those that are waived.
 * @public
 */
export function isAllowed(findings: readonly PolicyFinding[]): boolean {
  return findings.every(({ mode }) => mode !== 'deny');
}

function isOfAllKinds(policy: CompiledPolicy): boolean {
  return policy.document.spec.match.kinds.includes('*');
}

function expressionOf(
  spec: CompiledPolicy['document']['spec'],
  part: PolicyExplanation['steps'][number]['part'],
  name: string,
): string {
  switch (part) {
    case 'validation':
      return spec.validations[Number(name)].expression;
    case 'variable':
      return spec.variables.find(each => each.name === name)!.expression;
    default:
      return spec.matchConditions.find(each => each.name === name)!.expression;
  }
}

function sayOutcome(outcome: CelResult): string {
  return isCelError(outcome) ? explainOutcome(outcome) : sayValue(outcome);
}
