import { z } from 'zod';
import { durationSchema, entityRefSchema, quantitySchema } from './common';

const nodePoolSchema = z
  .strictObject({
    name: z.string().min(1),
    minSize: z.int().min(0),
    maxSize: z.int().min(1),
    instanceType: z.string().min(1),
  })
  .refine(pool => pool.minSize <= pool.maxSize, {
    path: ['minSize'],
    message: 'must not be larger than maxSize',
  });

/**
 * `spec` of a PlatformConfiguration: the clusters, mesh, observability and security that the platform team declares.
 * @public
 */
export const platformConfigurationSpecSchema = z.strictObject({
  owner: entityRefSchema.optional(),
  clusters: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        region: z.string().min(1),
        nodePools: z.array(nodePoolSchema).optional(),
      }),
    )
    .optional(),
  serviceMesh: z
    .strictObject({
      provider: z.string().min(1),
      mtls: z.enum(['strict', 'permissive', 'disabled']).optional(),
      tracing: z
        .strictObject({
          provider: z.string().min(1),
          /** Share of requests in percent. */
          samplingRate: z.number().min(0).max(100),
        })
        .optional(),
    })
    .optional(),
  observability: z
    .strictObject({
      prometheus: z
        .strictObject({ retention: durationSchema, storage: quantitySchema })
        .optional(),
      logging: z
        .strictObject({
          retention: durationSchema,
          aggregation: z.string().min(1),
        })
        .optional(),
      alerts: z
        .strictObject({
          channels: z.array(z.looseObject({ type: z.string().min(1) })),
        })
        .optional(),
    })
    .optional(),
  security: z
    .strictObject({
      networkPolicies: z.boolean().optional(),
      podSecurityPolicy: z
        .enum(['privileged', 'baseline', 'restricted'])
        .optional(),
      secretEncryption: z
        .strictObject({ provider: z.string().min(1) })
        .optional(),
      imageScanning: z.boolean().optional(),
    })
    .optional(),
});

/** @public */
export type PlatformConfigurationSpec = z.infer<
  typeof platformConfigurationSpecSchema
>;
