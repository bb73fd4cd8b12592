import { mayValues } from '@slipway/plugin-access-common';
import { z } from 'zod';

/** What a list of permissions is narrowed to. */
export const permissionsQuerySchema = z.object({
  search: z.string().trim().toLowerCase().optional(),
  plugin: z.string().optional(),
  may: z.enum(mayValues).optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});

/** @internal */
export type PermissionsPage = z.output<typeof permissionsQuerySchema>;

/** Whose access is looked at. */
export const subjectParamsSchema = z.object({
  kind: z.enum(['user', 'group']),
  namespace: z.string(),
  name: z.string(),
});

/** Where a page of people begins. */
export const holdersQuerySchema = z.object({ cursor: z.string().optional() });

/** Whose things are handed on. */
export const handoverQuerySchema = z.object({
  subject: z
    .string()
    .trim()
    .toLowerCase()
    .regex(
      /^(user|group):[a-z0-9._-]{1,63}\/[a-z0-9._-]{1,63}$/,
      'is no ref of a person or a group. Write it as user:default/jane.',
    ),
});
