import {
  deserializeError,
  InputError,
  isError,
  type SerializedError,
} from '@backstage/errors';
import { TooManyRequestsError } from '@slipway/backend-utils';
import type { ErrorRequestHandler } from 'express';
import { z } from 'zod';

const ACTIONS = '/.backstage/actions/';
/** How the scaffolder's client says that no task was made: the answer is in the text. */
const FAILED = /^Backend request failed, \d{3} [^{]*(\{.*\})$/s;

const answerSchema = z.object({
  error: z.looseObject({ name: z.string(), message: z.string() }),
});
/** What the scaffolder answers to values that a template does not take. */
const valuesSchema = z.object({
  errors: z
    .array(z.object({ property: z.string(), message: z.string() }))
    .nonempty(),
});

/**
 * Lets actions answer as the routes do that they call.
 *
 * @remarks
 * The scaffolder's client, which `execute-template` starts a task with, makes an error without a kind of every refusal. Agents
 * were told of an internal error, and neither which rule refuses nor what to do. It has to stand after the routes of actions.
 */
export function createActionErrorHandler(): ErrorRequestHandler {
  return (error, request, _response, next) =>
    next(request.path.startsWith(ACTIONS) ? answerIn(error) : error);
}

function answerIn(error: unknown): unknown {
  const [, text] = (isError(error) && FAILED.exec(error.message)) || [];
  if (!text) {
    return error;
  }
  const body = parseJson(text);
  const answer = answerSchema.safeParse(body);
  if (answer.success && answer.data.error.name === 'TooManyRequestsError') {
    // Under the name by which MCP passes the sentence on.
    return new TooManyRequestsError(answer.data.error.message);
  }
  if (answer.success) {
    return deserializeError(answer.data.error as SerializedError);
  }
  const values = valuesSchema.safeParse(body);
  return values.success
    ? new InputError(values.data.errors.map(explainValue).join(' '))
    : error;
}

function explainValue(error: { property: string; message: string }): string {
  const { property, message } = error;
  // Of secrets the message names the property itself.
  return property.startsWith('instance')
    ? `${property.replace('instance', 'values')} ${message}.`
    : `${message}.`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
