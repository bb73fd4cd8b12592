import express from 'express';

/** A route as somebody of ours registered it. */
export interface WatchedRoute {
  /** The folder of the package, for example `plugins/audit-backend`. */
  package: string;
  /** In capitals; `USE` for what is mounted at a path of its own and answers every method. */
  method: string;
  path: string;
}

const LIBRARIES =
  /\/node_modules\/(express|express-promise-router|router)\/|watchRoutes\.ts|^node:/;
const OURS = /\/((?:plugins|packages)\/[^/]+)\/(?:src|dist)\//;

/**
 * Writes down each route that a package of ours gives to express, in whichever router.
 *
 * @remarks
 * Routers are nested in functions that hide them, so that looking at what is mounted finds little. To be called before the
 * backend starts. What upstream's packages register is left out, also for our plugins: the contract's own page, health,
 * actions, permissions.
 *
 * @returns the list, which grows
 */
export function watchRoutes(): WatchedRoute[] {
  const found: WatchedRoute[] = [];
  const note = (method: string, paths: unknown) => {
    const folder = callersPackage();
    if (folder) {
      for (const path of [paths].flat()) {
        found.push({ package: folder, method, path: String(path) });
      }
    }
  };

  // Express 4 keeps the methods of all routers in the function that makes them.
  const routers = express.Router as unknown as Record<
    string,
    (this: unknown, ...args: unknown[]) => unknown
  >;
  for (const method of ['get', 'post', 'put', 'patch', 'delete', 'all']) {
    const original = routers[method];
    routers[method] = function watched(path, ...rest) {
      note(method.toLocaleUpperCase('en-US'), path);
      return original.call(this, path, ...rest);
    };
  }
  const use = routers.use;
  routers.use = function watched(...args) {
    if (typeof args[0] !== 'function' && args[0] !== '/') {
      note('USE', args[0]);
    }
    return use.apply(this, args);
  };
  return found;
}

/** Who called, when it is a package of ours. */
function callersPackage(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = limit;
  const caller = frames
    .map(frame => /\(?((?:node:|file:|\/)[^()]*?):\d+:\d+\)?$/.exec(frame)?.[1])
    .find(file => file && !LIBRARIES.test(file));
  return caller?.includes('/node_modules/')
    ? undefined
    : caller && OURS.exec(caller)?.[1];
}
