import { z } from 'zod';

/**
 * A permission as a plugin registers it, with words.
 * @public
 */
export const permissionInfoSchema = z.object({
  name: z.string(),
  title: z.string(),
  /** What else decides, beside the permission. */
  note: z.string().optional(),
  /** The plugin that asks it. */
  plugin: z.string(),
  action: z.string().optional(),
  /** The type of thing that it is about, when it is about one. */
  resourceType: z.string().optional(),
});

/** @public */
export type PermissionInfo = z.output<typeof permissionInfoSchema>;

/**
 * A ground on which somebody may do something.
 * @public
 */
export const groundSchema = z.object({
  role: z.string(),
  via: z.string().optional(),
  environments: z.array(z.string()).optional(),
  owners: z.array(z.string()).optional(),
  /** False when it holds only of some things. */
  everywhere: z.boolean(),
  /** A sentence that begins with "because" or "on". */
  because: z.string(),
});

/** @public */
export type Ground = z.output<typeof groundSchema>;

/**
 * Whether somebody may use a permission: on everything, on some things, or not at all.
 * @public
 */
export const mayValues = ['always', 'partly', 'never'] as const;

/** @public */
export type May = (typeof mayValues)[number];

/**
 * A permission and whether somebody may use it.
 * @public
 */
export const heldPermissionSchema = permissionInfoSchema.extend({
  may: z.enum(mayValues),
  grounds: z.array(groundSchema),
});

/** @public */
export type HeldPermission = z.output<typeof heldPermissionSchema>;

/**
 * A role that somebody is in.
 * @public
 */
export const heldRoleSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().optional(),
  via: z.string(),
  environments: z.array(z.string()).optional(),
  owners: z.array(z.string()).optional(),
});

/** @public */
export type HeldRole = z.output<typeof heldRoleSchema>;

/**
 * What somebody may do, and why.
 * @public
 */
export const accessSchema = z.object({
  /** A user or a group. */
  subject: z.string(),
  /** The groups that decide: those of the catalog. */
  groups: z.array(z.string()),
  /** What the sign-in says otherwise, by which pages go until the next one, an hour at most. */
  changed: z
    .object({ left: z.array(z.string()), joined: z.array(z.string()) })
    .optional(),
  roles: z.array(heldRoleSchema),
  /** How many entities each of these refs owns. */
  owns: z.array(z.object({ owner: z.string(), count: z.number() })),
  /** Who helps with what one may not do. */
  administrators: z.array(z.string()),
  permissions: z.array(heldPermissionSchema),
  totalItems: z.number(),
  /** Plugins that did not say which permissions they have. */
  unasked: z.array(z.string()),
});

/** @public */
export type Access = z.output<typeof accessSchema>;

/**
 * A role with those who are in it.
 * @public
 */
export const roleSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().optional(),
  /** `configured`, or one that is always there. */
  kind: z.enum(['configured', 'built-in', 'administrators']),
  members: z.array(
    z.object({ ref: z.string(), isMissing: z.boolean().optional() }),
  ),
  permissions: z.array(z.string()),
  environments: z.array(z.string()).optional(),
  owners: z
    .array(z.object({ ref: z.string(), isMissing: z.boolean().optional() }))
    .optional(),
});

/** @public */
export type RoleView = z.output<typeof roleSchema>;

/**
 * All roles, and what about them cannot hold.
 * @public
 */
export const rolesSchema = z.object({
  items: z.array(roleSchema),
  problems: z.array(z.object({ role: z.string(), message: z.string() })),
  unasked: z.array(z.string()),
});

/** @public */
export type Roles = z.output<typeof rolesSchema>;

/**
 * A permission and the roles that give it.
 * @public
 */
export const givenPermissionSchema = permissionInfoSchema.extend({
  roles: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      members: z.array(z.string()),
      environments: z.array(z.string()).optional(),
      owners: z.array(z.string()).optional(),
    }),
  ),
});

/** @public */
export type GivenPermission = z.output<typeof givenPermissionSchema>;

/**
 * A page of permissions and who has them.
 * @public
 */
export const givenPermissionsPageSchema = z.object({
  items: z.array(givenPermissionSchema),
  totalItems: z.number(),
  unasked: z.array(z.string()),
});

/** @public */
export type GivenPermissionsPage = z.output<typeof givenPermissionsPageSchema>;

/**
 * A permission with the people who have it beyond what everyone and owners have.
 * @public
 */
export const permissionHoldersSchema = z.object({
  permission: givenPermissionSchema,
  people: z.array(
    z.object({ ref: z.string(), grounds: z.array(groundSchema) }),
  ),
  nextCursor: z.string().optional(),
});

/** @public */
export type PermissionHolders = z.output<typeof permissionHoldersSchema>;

/**
 * What the permissions of an answer are narrowed to.
 * @public
 */
export interface PermissionsQuery {
  /** Part of the title or the name. */
  search?: string;
  plugin?: string;
  /** Only what somebody may do so far. */
  may?: May;
  offset?: number;
  limit?: number;
}
