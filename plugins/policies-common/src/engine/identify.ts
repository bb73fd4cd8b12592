import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import type { JsonObject, JsonValue } from '@backstage/types';
import type { PolicyRequest } from './request';
import {
  policySubjects,
  subjectOf,
  valueAt,
  type PolicySubject,
} from './subjects';

/**
 * What a request is about, as far as policies and waivers match by it.
 * @public
 */
export interface RequestIdentity {
  kind: string;
  name?: string;
  environment?: string;
  /** In full, e.g. `group:default/team-orders`. */
  owner?: string;
  /** The entity of the catalog, in full and in lower case. */
  entityRef?: string;
}

/**
 * Takes from the object what the request does not say itself.
 * @public
 */
export function identify(
  request: PolicyRequest,
  subjects: Readonly<Record<string, PolicySubject>> = policySubjects,
): RequestIdentity {
  const { kind, object } = request;
  const subject = subjectOf(subjects, kind);
  return {
    kind,
    name:
      request.name ??
      textOf(valueAt(object, ['metadata', 'name'])) ??
      textOf(valueAt(object, ['name'])),
    environment:
      request.environment ?? textOf(valueAt(object, subject.environment)),
    owner: fullOwner(
      request.owner ?? textOf(valueAt(object, subject.owner)),
      // As the catalog reads what an entity says of its owner.
      subject.ownerNamespace ??
        textOf(valueAt(object, ['metadata', 'namespace'])),
    ),
    entityRef: request.entityRef ?? entityRefOf(object),
  };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What is no reference stays as it is: whether it may be one is for others to say. */
function fullOwner(
  owner: string | undefined,
  namespace: string | undefined,
): string | undefined {
  if (owner === undefined) {
    return undefined;
  }
  try {
    return stringifyEntityRef(
      parseEntityRef(owner, {
        defaultKind: 'group',
        defaultNamespace: namespace ?? DEFAULT_NAMESPACE,
      }),
    );
  } catch {
    return owner;
  }
}

function entityRefOf(object: JsonObject): string | undefined {
  const kind = textOf(valueAt(object, ['kind']));
  const name = textOf(valueAt(object, ['metadata', 'name']));
  if (!kind || !name) {
    return undefined;
  }
  const namespace = textOf(valueAt(object, ['metadata', 'namespace']));
  return stringifyEntityRef({ kind, name, namespace });
}
