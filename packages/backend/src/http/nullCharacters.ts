import { InputError } from '@backstage/errors';
import type { RequestHandler } from 'express';

/**
 * Refuses addresses with a null character, which Postgres takes in no text: routes that hand it on, such as the catalog's, answered
 * that they themselves had failed.
 */
export function nullCharacters(): RequestHandler {
  return (request, _response, next) => {
    next(
      /%00|\0/.test(request.url)
        ? new InputError(
            'The address holds a null character (%00), which nothing here is named with. Leave it out.',
          )
        : undefined,
    );
  };
}
