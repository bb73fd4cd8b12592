import { z } from 'zod';
import { entityRefSchema, objectNameSchema, quantitySchema } from './common';

const serviceSchema = z.strictObject({
  name: objectNameSchema,
  /** The component that runs here. Without it the name means something inside the environment only. */
  component: entityRefSchema.optional(),
  replicas: z.int().min(0).max(1000).optional(),
  resources: z
    .strictObject({
      cpu: quantitySchema.optional(),
      memory: quantitySchema.optional(),
    })
    .optional(),
});

const databaseSchema = z.strictObject({
  name: objectNameSchema,
  type: z.enum(['postgres', 'mysql', 'mongodb', 'redis']),
  size: z.enum(['small', 'medium', 'large', 'xlarge']).optional(),
  /** The Resource entity of this database, e.g. `orders-db.staging`. */
  resource: entityRefSchema.optional(),
});

function namesAreUnique(items: { name: string }[]): boolean {
  return new Set(items.map(item => item.name)).size === items.length;
}

/**
 * `spec` of an Environment: a place where services run, with what they need there.
 * @public
 */
export const environmentSpecSchema = z.strictObject({
  type: z.string().min(1),
  owner: entityRefSchema,
  cluster: z.string().min(1).optional(),
  namespace: objectNameSchema.optional(),
  services: z
    .array(serviceSchema)
    .refine(namesAreUnique, 'must not name a service twice')
    .optional(),
  databases: z
    .array(databaseSchema)
    .refine(namesAreUnique, 'must not name a database twice')
    .optional(),
  secrets: z
    .array(
      z.strictObject({ name: z.string().min(1), source: z.string().min(1) }),
    )
    .optional(),
  networking: z
    .strictObject({
      ingress: z
        .strictObject({
          enabled: z.boolean(),
          hostname: z.string().min(1).optional(),
        })
        .optional(),
      egress: z
        .strictObject({
          allowed: z.union([
            z.enum(['all', 'none']),
            z.array(z.string().min(1)),
          ]),
        })
        .optional(),
    })
    .optional(),
  monitoring: z
    .strictObject({
      enabled: z.boolean(),
      alertChannel: z.string().min(1).optional(),
    })
    .optional(),
  dependsOn: z.array(entityRefSchema).optional(),
  /** When the environment may be taken down, as ISO 8601 with a zone. */
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

/** @public */
export type EnvironmentSpec = z.infer<typeof environmentSpecSchema>;
