import type {
  AuditorService,
  BackstageCredentials,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { isError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import express, { type Request, type Router } from 'express';
import createRouter from 'express-promise-router';
import { z } from 'zod';

/** As the scaffolder's own. */
const BODY_LIMIT = '10MB';

const json = z.record(z.string(), z.unknown());
const startSchema = z.object({ templateRef: z.string(), values: json });
const taskSchema = z.object({
  spec: z.object({
    parameters: json.default({}),
    templateInfo: z.object({ entityRef: z.string() }).optional(),
  }),
});

/**
 * Asks the policies before a template task starts, and before one starts again.
 *
 * @remarks
 * These routes stand before the scaffolder's own of the same path, so that pages, actions, services and other clients come
 * through them without knowing. What is refused is answered with 403 and its `findings`, and no task is made; what passes
 * goes on to the scaffolder's own, which also answers for what is no task or template.
 */
export function createPolicyRouter(deps: {
  auditor: AuditorService;
  catalog: CatalogService;
  httpAuth: HttpAuthService;
  policies: PoliciesService;
  scaffolder: ScaffolderService;
}): Router {
  const { auditor, catalog, httpAuth, policies, scaffolder } = deps;
  const router = createRouter();

  router.post(
    '/v2/tasks',
    express.json({ limit: BODY_LIMIT }),
    async request => {
      const body = startSchema.safeParse(request.body);
      if (body.success) {
        const { templateRef, values } = body.data;
        await ask(request, 'create', templateRef, values);
      }
      return 'next';
    },
  );

  router.post('/v2/tasks/:taskId/retry', async request => {
    const credentials = await httpAuth.credentials(request);
    const { taskId } = request.params;
    const task = taskSchema.safeParse(
      await scaffolder
        .getTask({ taskId }, { credentials })
        .catch(error => ignoreRefusal(error)),
    );
    if (task.success && task.data.spec.templateInfo) {
      const { parameters, templateInfo } = task.data.spec;
      await ask(request, 'retry', templateInfo.entityRef, parameters);
    }
    return 'next';
  });

  /** @throws what the policies refuse, on record */
  async function ask(
    request: Request,
    actionType: string,
    templateRef: string,
    values: Record<string, unknown>,
  ): Promise<void> {
    const credentials = await httpAuth.credentials(request);
    const template = await readTemplate(templateRef, credentials);
    if (!template) {
      return;
    }
    try {
      await policies.enforce(
        {
          kind: 'TemplateTask',
          operation: 'create',
          entityRef: template.entityRef,
          // So that a waiver can name what one task makes; the form asks the same.
          name: typeof values.name === 'string' ? values.name : template.name,
          object: {
            templateRef: template.entityRef,
            template: template.object,
            parameters: values as JsonObject,
          },
          source: 'template',
        },
        { credentials },
      );
    } catch (error) {
      const event = await auditor.createEvent({
        eventId: 'task-policies',
        severityLevel: 'medium',
        request,
        meta: { actionType, templateRef: template.entityRef },
      });
      await event.fail({ error: error as Error });
      throw error;
    }
  }

  async function readTemplate(ref: string, credentials: BackstageCredentials) {
    try {
      const entityRef = stringifyEntityRef(
        parseEntityRef(ref, { defaultKind: 'template' }),
      );
      const entity = await catalog.getEntityByRef(entityRef, { credentials });
      if (!entity) {
        return undefined;
      }
      const { apiVersion, kind, metadata, spec } = entity;
      return {
        entityRef,
        name: metadata.name,
        object: { apiVersion, kind, metadata, spec } as JsonObject,
      };
    } catch (error) {
      return ignoreRefusal(error);
    }
  }

  return router;
}

/** What is not there, or not for the one who asks, the scaffolder itself answers for. Anything else is no answer. */
function ignoreRefusal(error: unknown): undefined {
  const status = isError(error) ? Number(error.statusCode) : NaN;
  const isMalformed = error instanceof TypeError;
  if (isMalformed || (status >= 400 && status < 500)) {
    return undefined;
  }
  throw error;
}
