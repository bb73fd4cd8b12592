import { createRequire } from 'node:module';

// It is TypeScript, which the hook of Backstage's command line compiles when it is required.
const {
  formatPolicyProblem,
  loadPolicies,
  policyRequestSchema,
  policySubjects,
  PolicyProblemsError,
  readDocuments,
  readPolicies,
  runPolicyCases,
} = createRequire(import.meta.url)('@slipway/plugin-policies-common');

export { formatPolicyProblem };

/** Runs cases. A policy that cannot be used is a problem, and its cases are not run. */
export function testPolicies({ policies: files, cases }) {
  const { policies, problems } = readPolicies(files);
  const run = runPolicyCases(policies, cases);
  return {
    results: run.results,
    problems: [...problems, ...run.problems],
  };
}

/** Judges a request by policies, and says how. */
export function explainPolicies(files, requestFile) {
  const { documents, problems } = readDocuments(
    requestFile.file,
    requestFile.text,
    policyRequestSchema,
  );
  if (problems.length === 0 && documents.length !== 1) {
    problems.push({
      file: requestFile.file,
      line: 1,
      column: 1,
      message: 'Give one request, not several.',
    });
  }
  if (problems.length > 0) {
    return { problems };
  }
  try {
    const set = loadPolicies(files);
    const [{ document }] = documents;
    return {
      problems: [],
      verdict: set.evaluate(document),
      explanations: set.explain(document),
      notGiven: notGivenIn(document),
    };
  } catch (error) {
    if (error instanceof PolicyProblemsError) {
      return { problems: error.problems };
    }
    throw error;
  }
}

/** What the portal would find out and fill in, and this request does not say. */
function notGivenIn({ kind, object }) {
  const { foundOut = [] } = Object.hasOwn(policySubjects, kind)
    ? policySubjects[kind]
    : {};
  return foundOut.filter(field => !Object.hasOwn(object, field));
}
