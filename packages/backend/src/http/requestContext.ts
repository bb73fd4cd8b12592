import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known about the request that the current code is working for. */
export interface RequestContext {
  /** Given by the caller in `x-request-id`, or made here. */
  requestId: string;
}

/** Follows a request through everything that it awaits. */
export const requestContext = new AsyncLocalStorage<RequestContext>();
