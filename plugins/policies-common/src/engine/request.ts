import { missingOrNot } from '@slipway/input';
import { z } from 'zod';
import type { JsonObject } from '@backstage/types';
import {
  policyOperations,
  type PolicyOperation,
} from '../document/policyDocument';

/**
 * What is asked: may this happen?
 * @public
 */
export interface PolicyRequest {
  /** The kind of the object, e.g. `DatabaseRequest` or `Component`. */
  kind: string;
  operation: PolicyOperation;
  /** What is wanted; what there is, for `exists` and `delete`. */
  object: JsonObject;
  /** What there was, for `update`. */
  oldObject?: JsonObject;
  /** For messages; `object.metadata.name` or `object.name` when left out. */
  name?: string;
  /** What policies match by. Taken from the object when left out. */
  environment?: string;
  owner?: string;
  labels?: Record<string, string>;
  /** The entity of the catalog that it is about; made from the object when that is an entity. Waivers match by it. */
  entityRef?: string;
  /** Who asks; nobody for the sweep. */
  user?: { ref: string; groups?: string[] };
  /** The agent that asks for the person. */
  agent?: string;
  /** Where it is asked, e.g. `form`, `api`, `mcp`, `sweep`. */
  source?: string;
  /** The moment that `request.time` says, ISO 8601; now when left out. */
  time?: string;
}

const json = z.custom<JsonObject>(
  value => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'must be given as a map.' },
);

/**
 * A request from outside, e.g. a file.
 * @public
 */
export const policyRequestSchema: z.ZodType<PolicyRequest> = z.strictObject({
  kind: z.string(missingOrNot('text', 'Say what is asked for.')).min(1),
  operation: z
    .enum(policyOperations, {
      error: `is not known. Choose one of ${policyOperations.join(', ')}.`,
    })
    .default('create'),
  object: json,
  oldObject: json.optional(),
  name: z.string().optional(),
  environment: z.string().optional(),
  owner: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  entityRef: z.string().optional(),
  user: z
    .strictObject({ ref: z.string(), groups: z.array(z.string()).optional() })
    .optional(),
  agent: z.string().optional(),
  source: z.string().optional(),
  time: z.iso.datetime({ offset: true }).optional(),
});
