import { z } from 'zod';

const counted = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    totalItems: z.number(),
    /** Why nothing can be said, when the plugin that knows did not answer. */
    problem: z.string().optional(),
  });

/**
 * What a person or a group owns, holds and decides.
 * @public
 */
export const handoverSchema = z.object({
  subject: z.string(),
  /** False when the catalog does not know them any more. */
  exists: z.boolean(),
  entities: counted(
    z.object({ ref: z.string(), title: z.string().optional() }),
  ),
  databases: counted(
    z.object({
      id: z.string(),
      name: z.string(),
      environment: z.string(),
      state: z.string(),
    }),
  ),
  /** Open requests that they decide, asked for, or own the thing of. */
  approvals: counted(
    z.object({ id: z.string(), title: z.string(), part: z.string() }),
  ),
  /** Live personal logins to databases, of a person. */
  logins: counted(
    z.object({
      id: z.string(),
      name: z.string(),
      environment: z.string(),
      access: z.string(),
      expiresAt: z.string(),
    }),
  ),
  /** Appointments of deputies that have not ended, made by or given to a person. */
  deputies: counted(
    z.object({
      id: z.string(),
      person: z.string(),
      deputy: z.string(),
      until: z.string(),
    }),
  ),
  /** Roles that name them, as member or as owner. */
  roles: z.array(z.object({ name: z.string(), title: z.string() })),
});

/** @public */
export type Handover = z.output<typeof handoverSchema>;

/**
 * Owners that the catalog does not know, with what is left to them.
 * @public
 */
export const orphansSchema = z.object({
  items: z.array(z.object({ owner: z.string(), count: z.number() })),
  totalItems: z.number(),
});

/** @public */
export type Orphans = z.output<typeof orphansSchema>;
