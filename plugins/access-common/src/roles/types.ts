/**
 * Roles that are there without being configured, beside administrators. What they give stands in `rules.ts`; the
 * configuration may take from it and add to it.
 *
 * @public
 */
export const BUILT_IN_ROLES = ['everyone', 'owners', 'creator'] as const;

/** @public */
export type BuiltInRole = (typeof BUILT_IN_ROLES)[number];

/**
 * A role of the configuration: who is in it, what they may do, and where.
 *
 * @public
 */
export interface Role {
  name: string;
  title: string;
  description?: string;
  /** Full refs of groups and users, in lower case. */
  members: string[];
  /** Names of permissions. */
  permissions: string[];
  /** Only for things in one of these environments; everywhere when missing. */
  environments?: string[];
  /** Only for things of one of these groups or users, as full refs in lower case; of anybody when missing. */
  owners?: string[];
}

/**
 * What the configuration changes about a role that is built in.
 *
 * @public
 */
export interface BuiltInChange {
  name: BuiltInRole;
  permissions: string[];
  without: string[];
}

/**
 * All of the configuration about roles, read.
 *
 * @public
 */
export interface RolesConfig {
  /** Full refs of groups and users, in lower case. */
  administrators: string[];
  roles: Role[];
  changes: BuiltInChange[];
}

/**
 * Who somebody is, and for whom they act.
 *
 * @public
 */
export interface Identity {
  userEntityRef: string;
  /** Oneself and one's groups. */
  ownershipEntityRefs: string[];
}
