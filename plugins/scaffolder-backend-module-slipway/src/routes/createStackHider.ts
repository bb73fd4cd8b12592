import type { Router } from 'express';
import createRouter from 'express-promise-router';
import { z } from 'zod';

/** The lines of a stack trace, as V8 writes them. */
const FRAMES = /\n {4}at [^\n]+/g;
const DATA = /^data: (.*)$/m;

const entrySchema = z.looseObject({
  body: z.looseObject({ message: z.string() }),
});

/**
 * Leaves stack traces, with their paths of the server, out of what people and agents are shown of a task's log.
 *
 * @remarks
 * The scaffolder writes the stack of a step's error into the log of the task, where its message is all that helps. These stand before
 * its own routes and pass on to them. The table keeps the whole trace, for the platform team.
 */
export function createStackHider(): Router {
  const router = createRouter();

  router.get('/v2/tasks/:taskId/events', (_request, response, next) => {
    const send = response.json.bind(response);
    response.json = body =>
      send(Array.isArray(body) ? body.map(withoutStack) : body);
    next();
  });

  router.get('/v2/tasks/:taskId/eventstream', (_request, response, next) => {
    const write = response.write.bind(response) as (
      ...args: unknown[]
    ) => boolean;
    // One call for each event, in one piece.
    response.write = (chunk: unknown, ...rest: unknown[]) =>
      write(
        typeof chunk === 'string' ? eventWithoutStack(chunk) : chunk,
        ...rest,
      );
    next();
  });

  return router;
}

function withoutStack(entry: unknown): unknown {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) return entry;
  const { body } = parsed.data;
  return {
    ...(entry as object),
    body: { ...body, message: body.message.replace(FRAMES, '') },
  };
}

function eventWithoutStack(event: string): string {
  return event.replace(
    DATA,
    (_line, data) => `data: ${JSON.stringify(withoutStack(JSON.parse(data)))}`,
  );
}
