import type { JsonObject, JsonValue } from '@backstage/types';
import type { CelResult } from '@bufbuild/cel';
import { toCelTimestamp, toCelValue } from '../cel/toCelValue';
import type { PolicyOperation } from '../document/policyDocument';
import { identify } from './identify';
import type { PolicyRequest } from './request';
import { requestShape, valueAt, type PolicySubject } from './subjects';

/** A request as all policies see it: made once for all of them. */
export interface RequestFacts {
  kind: string;
  operation: PolicyOperation;
  environment: string | undefined;
  /** In full, e.g. `group:default/team-orders`. */
  owner: string | undefined;
  /** As the request says them; what is no text is no label. */
  labels: Readonly<Record<string, unknown>>;
  /** The variables that do not depend on the policy. */
  variables: {
    object: CelResult;
    oldObject: CelResult;
    request: CelResult;
  };
}

/** Finds out what policies match by, and turns the request into CEL's values. */
export function toFacts(
  request: PolicyRequest,
  subject: PolicySubject,
): RequestFacts {
  const { object } = request;
  const { name, environment, owner } = identify(request, {
    [request.kind]: subject,
  });
  const about: JsonObject = {
    kind: request.kind,
    operation: request.operation,
    name: name ?? '',
    environment: environment ?? '',
    owner: owner ?? '',
    user: {
      ref: request.user?.ref ?? '',
      groups: request.user?.groups ?? [],
    },
    agent: request.agent ?? '',
    source: request.source ?? '',
  };
  return {
    kind: request.kind,
    operation: request.operation,
    environment,
    owner,
    labels: request.labels ?? labelsOf(valueAt(object, subject.labels)),
    variables: {
      object: toCelValue(object, subject.shape, 'object'),
      oldObject: request.oldObject
        ? toCelValue(request.oldObject, subject.shape, 'oldObject')
        : null,
      request: toCelValue(
        about,
        requestShape,
        'request',
        new Map([
          [
            'time',
            toCelTimestamp(request.time ? new Date(request.time) : new Date()),
          ],
        ]),
      ),
    },
  };
}

/** Not copied: there may be a hundred thousand of them. */
function labelsOf(value: JsonValue | undefined): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? value
    : {};
}
