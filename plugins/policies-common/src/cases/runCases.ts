import { inCelContext } from '../cel/environment';
import { toFacts } from '../engine/facts';
import { judge, type Judgement, type PolicyFinding } from '../engine/judge';
import type { CompiledPolicy } from '../engine/compilePolicy';
import { policyRequestSchema } from '../engine/request';
import {
  policySubjects,
  subjectOf,
  type PolicySubject,
} from '../engine/subjects';
import { readDocuments, namePath } from '../document/readDocuments';
import type { PolicyFile } from '../engine/loadPolicies';
import type { PolicyProblem } from '../document/problems';
import { Coverage } from './Coverage';
import { mergePatch, policyCasesSchema, type PolicyCases } from './policyCases';

/**
 * How a case went.
 * @public
 */
export interface PolicyCaseResult {
  policy: string;
  /** The name of the case. */
  name: string;
  file: string;
  line: number;
  /** Why it failed; undefined when it passed. */
  failure?: string;
}

/**
 * Runs the cases of some files.
 *
 * @returns the results, and what is wrong beside: a file that cannot be read, a policy that does not exist or that lacks
 *   cases. Each policy needs a case that passes, and for each validation one that fails by it.
 * @public
 */
export function runPolicyCases(
  policies: readonly CompiledPolicy[],
  files: readonly PolicyFile[],
  options: { subjects?: Readonly<Record<string, PolicySubject>> } = {},
): { results: PolicyCaseResult[]; problems: PolicyProblem[] } {
  const subjects = options.subjects ?? policySubjects;
  const results: PolicyCaseResult[] = [];
  const problems: PolicyProblem[] = [];
  const covered = new Map(policies.map(each => [each, new Coverage()]));

  for (const { file, text } of files) {
    const read = readDocuments(file, text, policyCasesSchema);
    problems.push(...read.problems);
    for (const { document, problemAt } of read.documents) {
      const policy = policies.find(each => each.name === document.policy);
      if (!policy) {
        problems.push(
          problemAt(['policy'], `There is no policy "${document.policy}".`),
        );
        continue;
      }
      document.cases.forEach((each, i) => {
        const { judgement, failure } = runCase(
          policy,
          document,
          each,
          subjects,
        );
        covered.get(policy)!.add(judgement);
        results.push({
          policy: policy.name,
          name: each.name,
          file,
          line: problemAt(['cases', i], '').line,
          failure,
        });
      });
    }
  }
  for (const [policy, coverage] of covered) {
    problems.push(...coverage.missing(policy));
  }
  return { results, problems };
}

type Case = PolicyCases['cases'][number];

function runCase(
  policy: CompiledPolicy,
  document: PolicyCases,
  each: Case,
  subjects: Readonly<Record<string, PolicySubject>>,
): { judgement?: Judgement; failure?: string } {
  const request = policyRequestSchema.safeParse(
    mergePatch(document.request, each.with),
  );
  if (!request.success) {
    const [issue] = request.error.issues;
    return {
      failure: `The request cannot be used: ${namePath(['request', ...issue.path])} ${issue.message}`,
    };
  }
  try {
    const facts = toFacts(request.data, subjectOf(subjects, request.data.kind));
    const judgement = inCelContext(() => judge(policy, facts));
    return { judgement, failure: differenceOf(each.expect, judgement) };
  } catch (error) {
    return {
      failure: `The request cannot be used: ${(error as Error).message}`,
    };
  }
}

function differenceOf(
  expected: Case['expect'],
  { skipped, findings }: Judgement,
): string | undefined {
  const got = describe(skipped, findings);
  if (expected === 'skip') {
    return skipped ? undefined : `The policy should not apply. ${got}`;
  }
  if (expected === 'pass') {
    return !skipped && findings.length === 0
      ? undefined
      : `It should pass. ${got}`;
  }
  if (skipped || findings.length === 0) {
    return `It should fail. ${got}`;
  }
  if (expected === 'fail') {
    return findings.some(each => each.failed)
      ? `It should fail by its rules. ${got}`
      : undefined;
  }
  const wanted = [expected].flat();
  const fits =
    wanted.length === findings.length &&
    wanted.every(violation =>
      findings.some(
        each =>
          (violation.failed ?? false) === each.failed &&
          (violation.field === undefined || violation.field === each.field) &&
          (violation.validation === undefined ||
            violation.validation === each.validation) &&
          (violation.message === undefined ||
            each.message.includes(violation.message)),
      ),
    );
  return fits
    ? undefined
    : `It should fail with ${JSON.stringify(expected)}. ${got}`;
}

function describe(skipped: string | undefined, findings: PolicyFinding[]) {
  if (skipped) {
    return `It does not apply: ${skipped}.`;
  }
  return findings.length === 0
    ? 'It passes.'
    : `It fails: ${findings
        .map(each => `${each.field ? `${each.field}: ` : ''}${each.message}`)
        .join(' ')}`;
}
