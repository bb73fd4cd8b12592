import type { AuditorService } from '@backstage/backend-plugin-api';
import type { ErrorRequestHandler, Request } from 'express';
import { audited } from './audited';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Of errors of the parser of bodies, which have no name of ours: broken, too large, of another type. */
const STATUSES = [400, 413, 415];

/** What stands in an address for the parameters of its route. */
type Params = Record<string, string>;

/**
 * Who may make a request, whatever is in it.
 * @public
 */
export interface Right {
  /** Of the record of a refusal. */
  eventId: string;
  /** What the record says it was about. */
  meta?(params: Params): Record<string, string>;
  /** Throws for who may not. */
  may(req: Request, params: Params): Promise<unknown>;
}

/**
 * Tells what is wrong with a request to nobody who may not make it: they are refused, and that is left on record.
 *
 * @remarks
 *
 * Checks of a request, ours and the contract's, come before its route, which authorizes. When one has failed, the right is
 * asked for after all. A request that is in order pays nothing for that.
 *
 * To be used after all routes. An `:id` that is no UUID is nothing that somebody could have a right to, and is not asked about.
 *
 * @param rights - by route, for example `POST /boats/:id/sink`
 * @public
 */
export function tellOnlyWhoMay(
  auditor: AuditorService,
  rights: Record<string, Right>,
): ErrorRequestHandler {
  const routes = Object.entries(rights).map(([route, right]) => {
    const [method, path] = route.split(' ');
    const pattern = path.replace(/:(\w+)/g, '(?<$1>[^/]+)');
    return { method, pattern: new RegExp(`^${pattern}/?$`, 'i'), right };
  });
  return (error, req, _res, next) => {
    const route = routes.find(
      ({ method, pattern }) => method === req.method && pattern.test(req.path),
    );
    const params = paramsOf(route?.pattern.exec(req.path)?.groups);
    const isId = params.id === undefined || UUID.test(params.id);
    if (!route || !isId || !isAboutContent(error)) {
      next(error);
      return;
    }
    const { eventId, meta, may } = route.right;
    may(req, params)
      .then(
        () => error,
        refusal =>
          audited(
            auditor,
            { eventId, meta: meta?.(params) ?? {}, request: req },
            () => Promise.reject(refusal),
          ).catch(recorded => recorded),
      )
      .then(next);
  };
}

function isAboutContent(error: unknown): boolean {
  const { name, status } = error as { name?: string; status?: number };
  return name === 'InputError' || STATUSES.includes(status ?? 0);
}

/** As the router reads them. */
function paramsOf(
  groups: Record<string, string> | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups ?? {}).map(([name, value]) => {
      try {
        return [name, decodeURIComponent(value)];
      } catch {
        // The router has refused it.
        return [name, value];
      }
    }),
  );
}
