import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  isWarning,
  type JudgedFinding,
  type PolicyAnswer,
} from '@slipway/plugin-policies-common';
import { explainFinding } from '@slipway/plugin-policies-node';
import type { Response } from 'express';
import type { Knex } from 'knex';
import { z } from 'zod';

const startedSchema = z.looseObject({ id: z.string() });

/**
 * Adds what policies warn of to the answer with which the scaffolder says that a task has started, as `warnings`, and to the
 * task's log, where people read it on the task's page and agents by the scaffolder's own actions.
 *
 * @param stepId - the first step: the page shows what is logged for steps
 */
export function tellWarnings(
  response: Response,
  answer: PolicyAnswer,
  deps: { client: Knex; logger: LoggerService; stepId: string },
): void {
  const warnings = answer.findings.filter(isWarning);
  if (warnings.length === 0) {
    return;
  }
  const send = response.json.bind(response);
  response.json = body => {
    const started = startedSchema.safeParse(body);
    if (response.statusCode !== 201 || !started.success) {
      return send(body);
    }
    log(started.data.id, warnings, deps)
      // The task is on its way; whoever asked is told all the same.
      .catch(error =>
        deps.logger.warn(
          `The log of task ${started.data.id} lacks what policies warn of`,
          toError(error),
        ),
      )
      .finally(() => send({ ...started.data, warnings }));
    return response;
  };
}

/** The scaffolder offers modules no way to its log, so that the rows are written as it writes them. */
async function log(
  taskId: string,
  warnings: readonly JudgedFinding[],
  { client, stepId }: { client: Knex; stepId: string },
): Promise<void> {
  await client('task_events').insert(
    warnings.map(finding => ({
      task_id: taskId,
      event_type: 'log',
      body: JSON.stringify({ message: toLine(finding), stepId }),
    })),
  );
}

function toLine(finding: JudgedFinding): string {
  const { waivedBy } = finding;
  const what = explainFinding(finding);
  return waivedBy
    ? `Allowed by a waiver until ${waivedBy.expiresAt} (${waivedBy.reason}): ${what}`
    : `A policy warns: ${what}`;
}
