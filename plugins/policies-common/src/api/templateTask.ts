import { parseEntityRef } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import type { PolicyRequest } from '../engine/request';

/** What policies call a task of a golden path. */
export const TEMPLATE_TASK_KIND = 'TemplateTask';

/**
 * The question whether a task of a golden path may start. Whoever asks it asks it with this, so that what is said in a form, and a waiver
 * that is asked for there, holds when the task starts.
 *
 * @param task - `template`: what the catalog has under `templateRef`, where that is known
 * @public
 */
export function templateTaskRequest(task: {
  /** In full. */
  templateRef: string;
  template?: JsonObject;
  parameters: JsonObject;
}): PolicyRequest {
  const { templateRef, template, parameters } = task;
  const { name } = parameters;
  return {
    kind: TEMPLATE_TASK_KIND,
    operation: 'create',
    entityRef: templateRef,
    // What the task makes, so that a waiver can be about one thing; where it does not say, the template.
    name:
      typeof name === 'string' && name
        ? name
        : parseEntityRef(templateRef).name,
    object: { templateRef, ...(template && { template }), parameters },
  };
}
