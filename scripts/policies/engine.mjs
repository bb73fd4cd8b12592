import { createRequire } from 'node:module';

// It is TypeScript, which the hook of Backstage's command line compiles when it is required.
const require = createRequire(import.meta.url);
const {
  formatPolicyProblem,
  loadPolicies,
  policyRequestSchema,
  policySubjects,
  PolicyProblemsError,
  readDocuments,
  readPolicies,
  runPolicyCases,
} = require('@slipway/plugin-policies-common');

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

/**
 * The parameters that a portal with these files of configuration gives its policies.
 *
 * @param {string[]} paths - as a portal is started with
 * @returns {Promise<Record<string, Record<string, unknown>>>} by policy
 */
export async function readParams(paths) {
  if (paths.length === 0) {
    return {};
  }
  const { ConfigSources } = require('@backstage/config-loader');
  const config = await ConfigSources.toConfig(
    ConfigSources.default({
      argv: paths.flatMap(path => ['--config', path]),
      watch: false,
    }),
  );
  try {
    return config.getOptional('policies.params') ?? {};
  } finally {
    config.close();
  }
}

/**
 * Judges a request by policies, and says how.
 *
 * @param options - `params`: what a portal is configured with, by policy
 */
export function explainPolicies(files, requestFile, { params = {} } = {}) {
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
    // A configuration may be about policies that are not looked at here.
    const names = new Set(readPolicies(files).policies.map(each => each.name));
    const chosen = Object.entries(params);
    const set = loadPolicies(files, {
      params: Object.fromEntries(chosen.filter(([name]) => names.has(name))),
    });
    const [{ document }] = documents;
    return {
      problems: [],
      verdict: set.evaluate(document),
      explanations: set.explain(document),
      notGiven: notGivenIn(document),
      notUsed: chosen.map(([name]) => name).filter(name => !names.has(name)),
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
