import { z } from 'zod';
import { databaseEndpointSchema } from './database';
import { inOneLine } from './inOneLine';

/**
 * What a personal login may do, from less to more: look; change data too; or
 * make and change tables too, as the application may. What it makes belongs to
 * the database, not to the person.
 * @public
 */
export const personalLoginAccess = [
  'read-only',
  'read-write',
  'schema',
] as const;

/** @public */
export type PersonalLoginAccess = (typeof personalLoginAccess)[number];

/** @public */
export const personalLoginRequestSchema = z.strictObject({
  access: z
    .enum(personalLoginAccess, {
      error: 'is not known. Choose read-only, read-write or schema.',
    })
    .default('read-only'),
  /** For how long, in hours; the configured default when absent. At most the configured maximum. */
  hours: z
    .number({ error: 'is not a number. Give whole hours.' })
    .int({ error: 'is not a whole number. Give whole hours.' })
    .min(1, { error: 'is less than 1. Give at least one hour.' })
    .optional(),
  reason: z
    .string({ error: 'is not text. Say what you need the login for.' })
    .max(300, { error: 'is too long. Shorten it to at most 300 characters.' })
    .superRefine(inOneLine)
    .optional(),
});

/** @public */
export type PersonalLoginRequest = z.input<typeof personalLoginRequestSchema>;

/** @public */
export const personalLoginStates = [
  'creating',
  'active',
  'expired',
  'revoked',
  'failed',
] as const;

/** @public */
export const personalLoginSchema = z.object({
  id: z.string(),
  databaseId: z.string(),
  /** Entity ref of the person whose login it is. */
  user: z.string(),
  /** The name on the server, as sessions show it. */
  username: z.string(),
  access: z.enum(personalLoginAccess),
  state: z.enum(personalLoginStates),
  createdAt: z.string(),
  expiresAt: z.string(),
  revokedAt: z.string().optional(),
});

/**
 * A person's own login. Never holds the password.
 * @public
 */
export type PersonalLogin = z.infer<typeof personalLoginSchema>;

/**
 * A live login of a person with the database that it opens.
 * @public
 */
export type PersonalLoginOfPerson = PersonalLogin & {
  database: { name: string; environment: string; owner: string };
};

/** @public */
export const personalLoginRevealSchema = z.object({
  login: personalLoginSchema,
  endpoint: databaseEndpointSchema,
  password: z.string(),
});

/**
 * The one answer that holds a personal login's password. It is given once and
 * stored nowhere.
 * @public
 */
export type PersonalLoginReveal = z.infer<typeof personalLoginRevealSchema>;
