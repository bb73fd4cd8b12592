import { Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

function fieldName(path: PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) =>
      typeof key === 'number' ? `${name}[${key}]` : `${name}.${String(key)}`,
    'spec',
  );
}

// Says what to write, not what was written: that may be a secret in the wrong place.
function complaint(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `does not know ${issue.keys.map(key => `"${key}"`).join(', ')}; remove it or correct its spelling`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(value => `"${String(value)}"`).join(', ')}`;
    case 'invalid_type':
      return `must be given as ${issue.expected}`;
    default:
      return issue.message;
  }
}

/**
 * Reads the spec of an entity.
 *
 * @throws InputError that names each field that is wrong and what it must be.
 */
export function parseSpec<T>(entity: Entity, schema: z.ZodType<T>): T {
  const result = schema.safeParse(entity.spec ?? {});
  if (result.success) {
    return result.data;
  }
  const complaints = result.error.issues.map(
    issue => `${fieldName(issue.path)} ${complaint(issue)}`,
  );
  throw new InputError(
    `${stringifyEntityRef(entity)} is not a valid ${entity.kind}: ${complaints.join('; ')}`,
  );
}
