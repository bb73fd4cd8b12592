import { z } from 'zod';

/**
 * The versions of the API of our kinds. Both mean the same; the second is the one that public
 * articles about platform engineering use, so that documents written after them load unchanged.
 */
export const API_VERSIONS = [
  'slipway.dev/v1alpha1',
  'platform.example.com/v1',
] as const;

/** Whether a document of this `apiVersion` is one of ours. */
export function isSlipwayApiVersion(apiVersion: string): boolean {
  return API_VERSIONS.some(known => known === apiVersion);
}

/** A reference to another entity, e.g. `team-orders` or `component:default/checkout`. */
export const entityRefSchema = z
  .string()
  .regex(
    /^([a-z]+:)?([A-Za-z0-9-]+\/)?[A-Za-z0-9]([A-Za-z0-9-_.]{0,61}[A-Za-z0-9])?$/i,
    'must be a reference to an entity, such as "team-orders" or "component:default/checkout"',
  );

/** A name that Kubernetes accepts for an object: it becomes one. */
export const objectNameSchema = z
  .string()
  .max(63, 'must have at most 63 characters')
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    'must consist of lower case letters, digits and dashes',
  );

/** Kubernetes' notation of an amount, e.g. `500m` or `512Mi`. */
export const quantitySchema = z
  .string()
  .regex(
    /^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/,
    'must be an amount such as "500m", "2" or "512Mi"',
  );

/** A duration such as `30d`. */
export const durationSchema = z
  .string()
  .regex(/^\d+(s|m|h|d|w|y)$/, 'must be a duration such as "30d" or "12h"');
