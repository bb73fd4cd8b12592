import type { RequestHandler } from 'express';

/**
 * What a browser may do with an answer of the API that somebody opens as a page: show it, and run nothing. Built
 * documentation is served there, and comes from what any team pushes: its scripts would act as whoever reads it.
 */
const API_POLICY = [
  "default-src 'none'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: https:",
  "font-src 'self' data:",
  "media-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Nothing of ours asks for these. */
const PERMISSIONS_POLICY =
  'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()';

/**
 * What Helmet's headers, which the configuration decides, leave open. To be used after Helmet, which would write over it.
 *
 * @remarks
 * The page that ends a sign-in comes from the API and has a script: upstream gives it a policy of its own.
 */
export function securityHeaders(): RequestHandler {
  return (req, res, next) => {
    res.setHeader('Permissions-Policy', PERMISSIONS_POLICY);
    // Routes are found whatever the case of their letters.
    if (/^\/api\//i.test(req.path)) {
      res.setHeader('Content-Security-Policy', API_POLICY);
    }
    next();
  };
}
