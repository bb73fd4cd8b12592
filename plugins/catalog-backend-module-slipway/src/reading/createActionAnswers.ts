import { isError } from '@backstage/errors';
import type { Router } from 'express';
import PromiseRouter from 'express-promise-router';
import { z } from 'zod';

/** Which processor of the catalog found something wrong is nothing that people can mend. */
const PROCESSOR =
  /^Processor \w+ threw an error while [\w -]+; caused by \w+: /;

const refusalSchema = z.looseObject({
  error: z.looseObject({ name: z.literal('ResponseError') }),
});
const validationSchema = z.looseObject({
  output: z.looseObject({ errors: z.array(z.string()) }),
});

/**
 * Lets the answers of the catalog's actions say what is wrong.
 *
 * @remarks
 * It stands before the routes that invoke actions. Upstream's actions ask the catalog over HTTP, and say of a refusal only that the request
 * failed, with the reason somewhere within; what is wrong with an entity they prefix with the processor that found it.
 */
export function createActionAnswers(): Router {
  const router = PromiseRouter();
  router.post(
    '/.backstage/actions/:version/actions/:actionId/invoke',
    (_request, response, next) => {
      const { json } = response;
      response.json = body => json.call(response, inPlainWords(body));
      next();
    },
  );
  return router;
}

function inPlainWords(body: unknown): unknown {
  const refusal = refusalSchema.safeParse(body).data;
  if (refusal) {
    return { ...refusal, error: reasonOf(refusal.error) };
  }
  const validation = validationSchema.safeParse(body).data;
  if (validation) {
    const { output } = validation;
    const errors = output.errors.map(each => each.replace(PROCESSOR, ''));
    return { ...validation, output: { ...output, errors } };
  }
  return body;
}

/** The reason that the catalog gave in its answer. */
function reasonOf(error: { name: string; cause?: unknown }): object {
  return error.name === 'ResponseError' && isError(error.cause)
    ? reasonOf(error.cause)
    : error;
}
