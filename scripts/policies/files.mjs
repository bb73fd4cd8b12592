import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Advice } from '../lib/advice.mjs';
import { root } from '../lib/paths.mjs';

/**
 * Reads policies and their cases.
 *
 * @param {string[]} paths - files of policies or of cases, or folders of them; the policies that ship when there are
 *   none. With a file goes the other one beside it: `policy.yaml` and `cases.yaml`, or `name.yaml` and `name.cases.yaml`.
 * @returns {{ policies: File[], cases: File[] }}
 * @typedef {{ file: string, text: string }} File
 */
export function readPolicyFiles(paths) {
  const found = new Set(
    paths.length > 0
      ? paths.flatMap(path => filesOf(path))
      : filesIn(join(root, 'policies')),
  );
  const files = [...found].sort().map(path => ({
    file: relative(process.cwd(), path) || path,
    text: readFileSync(path, 'utf8'),
  }));
  const isCases = ({ file }) => /(^|[./\\])cases\.ya?ml$/.test(file);
  return {
    policies: files.filter(file => !isCases(file)),
    cases: files.filter(isCases),
  };
}

function filesOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    throw new Advice(`There is no file or folder ${path}.`);
  }
  if (stat.isDirectory()) {
    const files = filesIn(path);
    if (files.length === 0) {
      throw new Advice(`There are no policies (*.yaml) in ${path}.`);
    }
    return files;
  }
  const absolute = join(process.cwd(), relative(process.cwd(), path));
  return [absolute, ...besides(absolute)];
}

function filesIn(folder) {
  return globSync('**/*.{yaml,yml}', { cwd: folder }).map(file =>
    join(process.cwd(), relative(process.cwd(), join(folder, file))),
  );
}

/** The cases beside a policy, or the policy beside its cases. */
function besides(path) {
  const [name] = path.split(/[/\\]/).slice(-1);
  const other = {
    'policy.yaml': 'cases.yaml',
    'cases.yaml': 'policy.yaml',
  }[name];
  const candidates = other
    ? [other]
    : name.endsWith('.cases.yaml')
      ? [name.replace(/\.cases\.yaml$/, '.yaml')]
      : [name.replace(/\.yaml$/, '.cases.yaml')];
  return candidates
    .map(each => join(dirname(path), each))
    .filter(each => each !== path && statSync(each, { throwIfNoEntry: false }));
}
