import { stringifyEntityRef } from '@backstage/catalog-model';
import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type { PolicyRequest } from '@slipway/plugin-policies-common';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { JsonObject } from '@backstage/types';
import type { Access } from './Access';

/**
 * A request with the one who asks: a person is who they are, whatever they say, and the time is now. Services say whom they
 * ask for.
 */
export async function toPolicyRequest(
  request: PolicyRequest,
  credentials: BackstageCredentials,
  deps: { auth: AuthService; access: Access; catalog: CatalogService },
): Promise<PolicyRequest> {
  if (!deps.auth.isPrincipal(credentials, 'user')) {
    return request;
  }
  const { userEntityRef: ref, actor } = credentials.principal;
  const owned = await deps.access.ownershipOf(credentials);
  return {
    ...(await withTemplate(request, credentials, deps.catalog)),
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
  const { templateRef, template } = request.object;
  if (
    request.kind !== 'TemplateTask' ||
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
    entityRef: request.entityRef ?? stringifyEntityRef(entity),
    object: {
      ...request.object,
      template: { apiVersion, kind, metadata, spec } as JsonObject,
    },
  };
}
