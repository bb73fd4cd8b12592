import { InputError } from '@backstage/errors';
import type { RequestHandler } from 'express';

/**
 * Refuses a body that is no JSON, which nobody would read: what is wrong with it would then be said of fields that are there.
 *
 * @public
 */
export function refuseOtherThanJson(): RequestHandler {
  return (req, _res, next) => {
    // `false`: there is a body, and it is something else. Null: there is none.
    const { 'content-length': length } = req.headers;
    if (length !== '0' && req.is('json') === false) {
      const type = req.header('content-type');
      throw new InputError(
        `The body is ${type ? `sent as ${type.slice(0, 100)}` : 'sent without a content-type'}, and only JSON is read. Send JSON, with the header content-type: application/json.`,
      );
    }
    next();
  };
}
