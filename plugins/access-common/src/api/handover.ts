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
  /**
   * Open waivers that they are the owner of or asked for; absent from a service of the version
   * before.
   */
  waivers: counted(
    z.object({
      id: z.string(),
      title: z.string(),
      part: z.string(),
      /** Whether it is in force, and is ended rather than taken back. */
      isGranted: z.boolean(),
      expiresAt: z.string(),
    }),
  ).optional(),
  /**
   * Where else the portal's configuration names them, which the portal cannot change; absent from a
   * service of the version before.
   */
  configuration: z
    .array(
      z.object({
        /** As it is found there, e.g. `policies.waivers.approvers`. */
        key: z.string(),
        /** What hangs on it, for people. */
        effect: z.string(),
      }),
    )
    .optional(),
  /** Roles that name them, as member or as owner. */
  roles: z.array(z.object({ name: z.string(), title: z.string() })),
});

/** @public */
export type Handover = z.output<typeof handoverSchema>;

/**
 * People and groups that the catalog does not know, with what is left to them.
 * @public
 */
export const orphansSchema = z.object({
  items: z.array(
    z.object({
      owner: z.string(),
      /** Things of the catalog, databases among them. */
      count: z.number(),
      /** Open waivers; this and the next two are absent from a service of the version before. */
      waivers: z.number().optional(),
      /** Open approvals that they asked for, own the thing of, or decide. */
      approvals: z.number().optional(),
      /** Appointments of deputies. */
      deputies: z.number().optional(),
      /** Keys of the portal's configuration that name them; absent from a service of the version before. */
      configuration: z.array(z.string()).optional(),
    }),
  ),
  totalItems: z.number(),
  /** What could not be looked at, in sentences; absent from a service of the version before. */
  problems: z.array(z.string()).optional(),
});

/** @public */
export type Orphans = z.output<typeof orphansSchema>;
