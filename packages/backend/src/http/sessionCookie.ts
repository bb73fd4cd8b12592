import type { RequestHandler } from 'express';

/** Of express-session, which upstream's auth plugin leaves at its default. */
const NAME = 'connect.sid';

/**
 * Says of the cookie of a sign-in under way that no other site's forms and frames send it along.
 *
 * @remarks
 *
 * Upstream's auth plugin sets it without `SameSite`, and takes no configuration for it. Not every browser takes that for `Lax`.
 * An identity provider sends people back by a link, with which it comes.
 */
export function sessionCookie(): RequestHandler {
  return (_req, res, next) => {
    const setHeader = res.setHeader.bind(res);
    res.setHeader = (name, value) =>
      setHeader(
        name,
        name.toLowerCase() === 'set-cookie' ? withSameSite(value) : value,
      );
    next();
  };
}

function withSameSite(value: number | string | readonly string[]) {
  return [value].flat().map(each => {
    const cookie = String(each);
    return cookie.startsWith(`${NAME}=`) && !/;\s*samesite=/i.test(cookie)
      ? `${cookie}; SameSite=Lax`
      : cookie;
  });
}
