import { Patterns } from '../cel/Patterns';
import { policyDocumentSchema } from '../document/policyDocument';
import { PolicyProblemsError, type PolicyProblem } from '../document/problems';
import { readDocuments } from '../document/readDocuments';
import {
  compilePolicy,
  type CompiledPolicy,
  type CompileOptions,
} from './compilePolicy';
import { limitKinds } from './limitKinds';
import { PolicySet } from './PolicySet';

/**
 * A file of policies.
 * @public
 */
export interface PolicyFile {
  /** How problems name it, e.g. its path or address. */
  file: string;
  text: string;
}

/**
 * Reads and checks files of policies. Finds all that is wrong, and returns the policies that are right.
 * @public
 */
export function readPolicies(
  files: readonly PolicyFile[],
  options: CompileOptions = {},
): { policies: CompiledPolicy[]; problems: PolicyProblem[] } {
  const problems: PolicyProblem[] = [];
  const patterns = new Patterns();
  const byName = new Map<string, CompiledPolicy>();
  for (const { file, text } of files) {
    const read = readDocuments(file, text, policyDocumentSchema);
    problems.push(...read.problems);
    for (const each of read.documents) {
      const { name } = each.document.metadata;
      const other = byName.get(name);
      if (other) {
        problems.push(
          each.problemAt(
            ['metadata', 'name'],
            `There is another policy "${name}", in ${other.file}. Give one of them another name.`,
          ),
        );
        continue;
      }
      const compiled = compilePolicy(each, options, patterns);
      problems.push(...compiled.problems);
      if (compiled.policy) {
        byName.set(name, compiled.policy);
      }
    }
  }
  for (const name of Object.keys(options.params ?? {})) {
    if (!byName.has(name) && problems.length === 0) {
      problems.push({
        file: 'params',
        line: 1,
        column: 1,
        message: `Parameters were chosen for the policy "${name}", which does not exist.`,
      });
    }
  }
  const policies = [...byName.values()];
  if (problems.length === 0 && !options.isInForce) {
    problems.push(...limitKinds(policies));
  }
  return { policies, problems };
}

/**
 * Makes a set of all policies of some files, or none: whoever has an older set keeps it.
 *
 * @throws PolicyProblemsError with all that is wrong
 * @public
 */
export function loadPolicies(
  files: readonly PolicyFile[],
  options: CompileOptions = {},
): PolicySet {
  const { policies, problems } = readPolicies(files, options);
  if (problems.length > 0) {
    throw new PolicyProblemsError(problems);
  }
  return PolicySet.create(policies, options);
}
