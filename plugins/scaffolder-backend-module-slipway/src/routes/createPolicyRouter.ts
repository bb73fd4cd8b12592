import type {
  AuditorService,
  BackstageCredentials,
  HttpAuthService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { ConflictError, isError } from '@backstage/errors';
import { ChangeLimit, inTime } from '@slipway/backend-utils';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import {
  scopeWords,
  templateTaskRequest,
} from '@slipway/plugin-policies-common';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import express, { type Request, type Response, type Router } from 'express';
import createRouter from 'express-promise-router';
import type { Knex } from 'knex';
import { z } from 'zod';
import { tellWarnings } from './tellWarnings';

/** As the scaffolder's own. */
const BODY_LIMIT = '10MB';

/** Not signed in well enough, not allowed, not there. */
const NOT_FOR_THEM = [401, 403, 404];

/** Each makes things outside, and all tasks together have few places to run in. */
const STARTS_PER_MINUTE = 30;

const json = z.record(z.string(), z.unknown());
const startSchema = z.object({ templateRef: z.string(), values: json });
const stepsSchema = z.object({
  steps: z.array(z.object({ id: z.string().optional() })),
});
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
 * goes on to the scaffolder's own, which also answers for what is no task or template. The policies also answer for what the task will
 * order. What is warned of is in that answer and
 * in the task's log.
 */
export function createPolicyRouter(deps: {
  auditor: AuditorService;
  catalog: CatalogService;
  /** The scaffolder's database. */
  client: Knex;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  policies: PoliciesService;
  scaffolder: ScaffolderService;
}): Router {
  const { auditor, catalog, httpAuth, policies, scaffolder } = deps;
  const router = createRouter();
  const starts = ChangeLimit.create({
    perMinute: STARTS_PER_MINUTE,
    what: 'starts of templates',
  });

  router.post(
    '/v2/tasks',
    express.json({ limit: BODY_LIMIT }),
    async (request, response) => {
      const body = startSchema.safeParse(request.body);
      if (body.success) {
        const { templateRef, values } = body.data;
        await ask(request, response, {
          actionType: 'create',
          templateRef,
          values,
        });
      }
      return 'next';
    },
  );

  router.post('/v2/tasks/:taskId/retry', async (request, response) => {
    const credentials = await httpAuth.credentials(request);
    const { taskId } = request.params;
    const task = taskSchema.safeParse(
      await scaffolder
        .getTask({ taskId }, { credentials })
        .catch(error => ignoreRefusal(error)),
    );
    if (task.success && task.data.spec.templateInfo) {
      const { parameters, templateInfo } = task.data.spec;
      await ask(request, response, {
        actionType: 'retry',
        templateRef: templateInfo.entityRef,
        values: parameters,
      });
    }
    return 'next';
  });

  /** @throws what the policies refuse, on record */
  async function ask(
    request: Request,
    response: Response,
    start: {
      actionType: string;
      templateRef: string;
      values: Record<string, unknown>;
    },
  ): Promise<void> {
    const { actionType, templateRef, values } = start;
    const credentials = await httpAuth.credentials(request);
    const { principal } = credentials as BackstageCredentials<{
      userEntityRef?: string;
    }>;
    if (principal.userEntityRef) {
      await starts.countRequest(request, principal.userEntityRef);
    }
    const template = await readTemplate(templateRef, credentials);
    if (!template) {
      return;
    }
    try {
      const answer = await policies.enforce(
        {
          ...templateTaskRequest({
            templateRef: template.entityRef,
            template: template.object,
            parameters: values as JsonObject,
          }),
          source: 'template',
        },
        { credentials },
      );
      const refusal = answer.notes?.find(({ refuses }) => refuses);
      if (refusal) {
        const { about, message } = refusal;
        throw new ConflictError(
          `${about ? `${scopeWords({ scope: about })}: ` : ''}${message}`,
        );
      }
      tellWarnings(response, answer, { ...deps, stepId: template.firstStep });
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
    const entityRef = parseTemplateRef(ref);
    const entity =
      entityRef &&
      (await inTime(
        catalog
          .getEntityByRef(entityRef, { credentials })
          .catch(error => ignoreRefusal(error)),
        'The catalog, which knows the template, does not answer at the moment. Nothing was started; try again in a minute.',
      ));
    if (!entity) {
      return undefined;
    }
    const { apiVersion, kind, metadata, spec } = entity;
    return {
      entityRef,
      firstStep: firstStepOf(spec),
      object: { apiVersion, kind, metadata, spec } as JsonObject,
    };
  }

  return router;
}

/** The id of the first step, as the scaffolder gives it. */
function firstStepOf(spec: unknown): string {
  const parsed = stepsSchema.safeParse(spec);
  return (parsed.success && parsed.data.steps[0]?.id) || 'step-1';
}

/** As the scaffolder writes it; undefined for what is no ref, of which it says what is wrong. */
function parseTemplateRef(ref: string): string | undefined {
  try {
    return stringifyEntityRef(parseEntityRef(ref, { defaultKind: 'template' }));
  } catch {
    return undefined;
  }
}

/** What is not there, or not for the one who asks, the scaffolder itself answers for. Anything else is no answer. */
function ignoreRefusal(error: unknown): undefined {
  const status = isError(error) ? Number(error.statusCode) : NaN;
  if (NOT_FOR_THEM.includes(status)) {
    return undefined;
  }
  throw error;
}
