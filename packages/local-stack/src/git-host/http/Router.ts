import { InputError } from '@backstage/errors';
import { MethodNotAllowedError } from './errors.ts';
import type { Exchange } from './Exchange.ts';

/** Answers one kind of request. `params` are the decoded `:name` parts of the path. */
export type Handler = (
  exchange: Exchange,
  params: Record<string, string>,
) => Promise<void> | void;

/** In what form errors are told, and what credentials count. */
export type RouteKind = 'api' | 'git' | 'oauth' | 'page';

/** A route that fits a request. */
export interface Match {
  kind: RouteKind;
  handler: Handler;
  params: Record<string, string>;
}

interface Route {
  kind: RouteKind;
  method: string;
  pattern: URLPattern;
  handler: Handler;
}

/** Finds the handler for a path; the first route that fits wins. */
export class Router {
  readonly #routes: Route[] = [];

  private constructor() {}

  static create(): Router {
    return new Router();
  }

  /** Adds a route; `pathname` is a URLPattern's. A GET route answers HEAD too. */
  add(
    kind: RouteKind,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    pathname: string,
    handler: Handler,
  ): this {
    const pattern = new URLPattern({ pathname });
    this.#routes.push({ kind, method, pattern, handler });
    return this;
  }

  /**
   * @throws MethodNotAllowedError when the path is known, but not with this method
   */
  match(method: string, url: URL): Match | undefined {
    const wanted = method === 'HEAD' ? 'GET' : method;
    let known: string | undefined;
    for (const route of this.#routes) {
      if (known && route.method !== wanted) continue;
      const found = route.pattern.exec({ pathname: url.pathname });
      if (!found) continue;
      if (route.method === wanted) {
        return {
          kind: route.kind,
          handler: route.handler,
          params: decode(found.pathname.groups),
        };
      }
      known = route.method;
    }
    if (known) {
      throw new MethodNotAllowedError(
        `This address cannot be used with ${method}`,
      );
    }
    return undefined;
  }
}

function decode(
  groups: Record<string, string | undefined>,
): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [
        name,
        decodeURIComponent(value ?? ''),
      ]),
    );
  } catch {
    throw new InputError('The address is not encoded correctly');
  }
}
