import type { PolicyRequest } from '@slipway/plugin-policies-common';
import type { PolicyObject } from '@slipway/plugin-policies-node';

/** What is asked about something that exists. */
export function toRequest({ request }: PolicyObject): PolicyRequest {
  return { ...request, operation: 'exists', source: 'sweep' };
}
