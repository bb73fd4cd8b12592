import { stringifyEntityRef } from '@backstage/catalog-model';
import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import {
  TEMPLATE_TASK_KIND,
  templateTaskRequest,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { JsonObject, JsonValue } from '@backstage/types';
import type { PolicyRequestCompletion } from '@slipway/plugin-policies-node';
import type { Access } from './Access';
import { orUnknown } from './AnswerService';

/**
 * A request with the one who asks: a person is who they are, whatever they say, and the time is now. What the request itself would
 * have found out is filled in, so that it is answered alike wherever it is asked. Services say everything themselves.
 */
export async function toPolicyRequest(
  request: PolicyRequest,
  credentials: BackstageCredentials,
  deps: {
    auth: AuthService;
    access: Access;
    catalog: CatalogService;
    completions: ReadonlyMap<string, PolicyRequestCompletion>;
  },
): Promise<PolicyRequest> {
  if (!deps.auth.isPrincipal(credentials, 'user')) {
    return request;
  }
  const { userEntityRef: ref, actor } = credentials.principal;
  const owned = await deps.access.ownershipOf(credentials);
  const completion = deps.completions.get(request.kind);
  return {
    ...(completion
      ? await orUnknown(completion.complete(request))
      : await withTemplate(request, credentials, deps.catalog)),
    source: request.source ?? 'form',
    time: undefined,
    user: { ref, groups: owned.filter(each => each !== ref) },
    agent: actor?.subject,
  };
}

/** A form knows the template's ref only; policies are asked about what the catalog has under it. */
async function withTemplate(
  request: PolicyRequest,
  credentials: BackstageCredentials,
  catalog: CatalogService,
): Promise<PolicyRequest> {
  const { templateRef, template, parameters } = request.object;
  if (
    request.kind !== TEMPLATE_TASK_KIND ||
    template !== undefined ||
    typeof templateRef !== 'string'
  ) {
    return request;
  }
  // A ref that is none finds nothing: the scaffolder says so when the task is to start.
  const entity = await catalog
    .getEntityByRef(templateRef, { credentials })
    .catch(() => undefined);
  if (!entity) return request;
  const { apiVersion, kind, metadata, spec } = entity;
  return {
    ...request,
    ...templateTaskRequest({
      templateRef: stringifyEntityRef(entity),
      template: { apiVersion, kind, metadata, spec } as JsonObject,
      parameters: isObject(parameters) ? parameters : {},
    }),
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
