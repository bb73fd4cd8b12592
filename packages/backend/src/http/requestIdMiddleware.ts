import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { requestContext } from './requestContext';

const HEADER = 'x-request-id';
/** What we take over from a caller: it ends up in log lines, so it is kept short and plain. */
const ACCEPTABLE = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * Gives every request an id that is in the answer and on every log line written for it.
 *
 * @remarks
 *
 * An id that comes with the request is kept, so that a line can be followed through a proxy.
 */
export function requestIdMiddleware(): RequestHandler {
  return (req, res, next) => {
    const given = req.get(HEADER);
    const requestId = given && ACCEPTABLE.test(given) ? given : randomUUID();
    res.setHeader(HEADER, requestId);

    // The end of an answer may be reported from outside of the request's own chain of calls. The
    // line in the request log is written then.
    const context = { requestId };
    const emit = res.emit.bind(res);
    res.emit = (event: string | symbol, ...args: unknown[]) =>
      event === 'finish' || event === 'close'
        ? requestContext.run(context, () => emit(event, ...args))
        : emit(event, ...args);

    requestContext.run(context, next);
  };
}
