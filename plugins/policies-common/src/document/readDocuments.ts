import type { z } from 'zod';
import type { PolicyProblem } from './problems';
import { MOST_OF_A_KIND, readYaml, type YamlDocument } from './readYaml';

/** A document that fits its schema, and where its parts were written. */
export interface ReadDocument<T> {
  file: string;
  document: T;
  problemAt: YamlDocument['problemAt'];
}

/** Reads the documents of a file and holds them against a schema. */
export function readDocuments<T extends z.ZodType>(
  file: string,
  text: string,
  schema: T,
): { documents: ReadDocument<z.output<T>>[]; problems: PolicyProblem[] } {
  const { documents, problems } = readYaml(file, text);
  const read: ReadDocument<z.output<T>>[] = [];
  for (const { value, problemAt } of documents) {
    const result = schema.safeParse(value);
    if (result.success) {
      read.push({ file, document: result.data, problemAt });
    } else {
      problems.push(
        ...result.error.issues
          .slice(0, MOST_OF_A_KIND)
          .flatMap(issue => sayIssue(issue, problemAt)),
      );
    }
  }
  if (documents.length === 0 && problems.length === 0) {
    problems.push({ file, line: 1, column: 1, message: 'The file is empty.' });
  }
  return { documents: read, problems };
}

function sayIssue(
  issue: z.core.$ZodIssue,
  problemAt: YamlDocument['problemAt'],
): PolicyProblem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    // Each is looked up among all.
    return issue.keys
      .slice(0, MOST_OF_A_KIND)
      .map(key =>
        problemAt(
          [...path, key],
          `${namePath([...path, key])} is not known. Take it out or correct its spelling.`,
          'key',
        ),
      );
  }
  const message =
    issue.code === 'invalid_type' && /^Invalid input/.test(issue.message)
      ? `must be given as ${issue.expected}.`
      : issue.message;
  return [
    problemAt(path, path.length > 0 ? `${namePath(path)} ${message}` : message),
  ];
}

/** A path for people, e.g. `spec.validations[0].message`. */
export function namePath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, part) =>
      typeof part === 'number'
        ? `${name}[${part}]`
        : `${name}${name && '.'}${String(part)}`,
    '',
  );
}
