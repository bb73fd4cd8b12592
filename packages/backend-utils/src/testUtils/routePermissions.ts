import { AuthorizeResult } from '@backstage/plugin-permission-common';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/**
 * A route of a contract.
 * @public
 */
export interface Route {
  operationId: string;
  method: (typeof METHODS)[number];
  /** As the contract writes it, with names in braces. */
  path: string;
  /** What the contract says is asked (`x-permission`), each of them always. */
  permissions: string[];
}

/**
 * The routes of a contract, in its order.
 *
 * @throws Error that names the routes for which the contract does not say which permission they ask
 * @public
 */
export function routesOf(spec: { readonly paths: object }): Route[] {
  const routes = Object.entries(
    spec.paths as Record<string, Record<string, Operation | undefined>>,
  ).flatMap(([path, operations]) =>
    METHODS.flatMap(method => {
      const operation = operations[method];
      return operation
        ? [
            {
              method,
              path,
              operationId: operation.operationId ?? '',
              permissions: [operation['x-permission'] ?? []].flat(),
            },
          ]
        : [];
    }),
  );
  const silent = routes.filter(({ permissions }) => !permissions.length);
  if (silent.length) {
    throw new Error(
      `No x-permission at ${silent.map(({ method, path }) => `${method.toUpperCase()} ${path}`).join(', ')}. Say in openapi.yaml which permission the route asks, and ask it.`,
    );
  }
  return routes;
}

interface Operation {
  operationId?: string;
  'x-permission'?: string | string[];
}

/**
 * Calls each route with everything allowed but one permission that it is said to ask, which has to be refused, and then
 * with everything allowed, which has to get past that.
 *
 * @param options - `call`: sends a request that is right in all else, and answers with its status; `withhold`: from now on
 * this permission is refused and all others are given, or all are when it is undefined; `known`: the permissions that the
 * plugin tells of
 * @returns what is wrong, a sentence for each; nothing when every route asks what the contract says
 * @public
 */
export async function findUnasked(options: {
  routes: Route[];
  known: readonly { name: string }[];
  call(route: Route): Promise<number>;
  withhold(permission: string | undefined): void;
}): Promise<string[]> {
  const { routes, known, call, withhold } = options;
  const wrong: string[] = [];
  for (const route of routes) {
    const name = `${route.method.toUpperCase()} ${route.path}`;
    for (const permission of route.permissions) {
      if (!known.some(each => each.name === permission)) {
        wrong.push(
          `${name} asks ${permission}, which the plugin does not know`,
        );
      }
      withhold(permission);
      const status = await call(route);
      if (status !== 403 && status !== 404) {
        wrong.push(`${name} answers ${status} without ${permission}`);
      }
    }
    withhold(undefined);
    const status = await call(route);
    if ([401, 403, 404].includes(status) || status >= 500) {
      wrong.push(`${name} answers ${status} with all permissions`);
    }
  }
  return wrong;
}

/**
 * Decisions of a permissions service that gives everything but one.
 * @public
 */
export function allBut(withheld: () => string | undefined) {
  const decide = async (
    asked: ReadonlyArray<{ permission: { name: string } }>,
  ) =>
    asked.map(({ permission }) =>
      permission.name === withheld()
        ? ({ result: AuthorizeResult.DENY } as const)
        : ({ result: AuthorizeResult.ALLOW } as const),
    );
  return { authorize: decide, authorizeConditional: decide };
}
