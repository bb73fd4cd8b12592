import { z } from 'zod';
import { personalLoginAccess } from './personalLogin';
import { inOneLine } from './inOneLine';

/**
 * What is typed, beside the name, by whoever deletes a database that something uses.
 * @public
 */
export const IN_USE_WORD = 'disconnect';

/**
 * Most entities, and most clients, of a blast radius that are listed; all are counted.
 * @public
 */
export const BLAST_RADIUS_MAX = 50;

/**
 * What could be found out; `unknown` says why not, and never means that there is nothing. `hidden` is what the caller may
 * not see.
 */
const foundSchema = z.enum(['known', 'unknown', 'hidden']);

/** @public */
export const blastDependentSchema = z.object({
  entityRef: z.string(),
  title: z.string().optional(),
  /** Entity ref of who owns it. */
  owner: z.string().optional(),
  /** The one between it and the database; absent where it depends on the database itself. */
  via: z.string().optional(),
});

/**
 * Something in the catalog that a database carries.
 * @public
 */
export type BlastDependent = z.infer<typeof blastDependentSchema>;

/** @public */
export const blastClientSchema = z.object({
  username: z.string(),
  /** Whose login it is; `other` is none of the database's own. */
  kind: z.enum(['application', 'personal', 'other']),
  /** Whose personal login it is. */
  person: z.string().optional(),
  /** What the client calls itself, which nobody checks. */
  application: z.string().optional(),
  address: z.string().optional(),
  sessions: z.number().int(),
  /** Of its longest session. */
  since: z.string(),
});

/**
 * Sessions of one login from one place under one name.
 * @public
 */
export type BlastClient = z.infer<typeof blastClientSchema>;

/** @public */
export const blastRadiusSchema = z.object({
  databaseId: z.string(),
  /** When it was looked at. */
  at: z.string(),
  dependents: z.object({
    found: foundSchema,
    /** Why it is not known. */
    reason: z.string().optional(),
    total: z.number().int().optional(),
    /** How many of them the caller may not see. */
    hidden: z.number().int().optional(),
    items: z.array(blastDependentSchema),
  }),
  sessions: z.object({
    found: foundSchema,
    reason: z.string().optional(),
    total: z.number().int().optional(),
    /** Those of kind `application` have the secret of the workload. */
    clients: z.array(blastClientSchema),
  }),
  personalLogins: z.object({
    found: foundSchema,
    items: z.array(
      z.object({
        user: z.string(),
        access: z.enum(personalLoginAccess),
        expiresAt: z.string(),
      }),
    ),
  }),
  /** Absent where none are kept. */
  backups: z
    .object({
      kept: z.number().int(),
      /** When the last of them is removed, as it stands. */
      until: z.string().optional(),
      lastProvenAt: z.string().optional(),
    })
    .optional(),
  deletion: z.object({
    /** Until when what a deletion does now can be undone; absent where it cannot. */
    undoUntil: z.string().optional(),
    /** Whether {@link IN_USE_WORD} and the name have to be given, because something uses it or that is not known. */
    asksForWord: z.boolean(),
    /** Why it cannot be deleted while something uses it; for people. */
    refusal: z.string().optional(),
    /** Whether a purge now would want a waiver, and why there is no last backup that is proven. */
    missingBackup: z.string().optional(),
  }),
});

/**
 * What is hit when a database is suspended or deleted. All times are ISO 8601 in UTC.
 * @public
 */
export type BlastRadius = z.infer<typeof blastRadiusSchema>;

/**
 * The longest reason for a purge without a last backup, in characters.
 * @public
 */
export const WAIVER_REASON_MAX_LENGTH = 300;

/** @public */
export const deletionRequestSchema = z
  .strictObject(
    {
      /** The name of the database. */
      confirmName: z
        .string({ error: 'is not text. Give the name of the database.' })
        .optional(),
      /** {@link IN_USE_WORD}, where something uses it. */
      confirmInUse: z
        .string({ error: `is not text. Give "${IN_USE_WORD}".` })
        .refine(value => value === IN_USE_WORD, {
          error: `is not the word. Give "${IN_USE_WORD}", or leave it out.`,
        })
        .optional(),
      /** Whether to purge although there is no proven last backup. */
      withoutBackup: z
        .boolean({ error: 'is neither true nor false.' })
        .optional(),
      /** Why no last backup is wanted. */
      reason: z
        .string({ error: 'is not text. Say in a sentence why.' })
        .trim()
        .min(1, { error: 'is empty. Say in a sentence why.' })
        .max(WAIVER_REASON_MAX_LENGTH, {
          error: `is too long. Shorten it to at most ${WAIVER_REASON_MAX_LENGTH} characters.`,
        })
        .superRefine(inOneLine)
        .optional(),
    },
    {
      error: issue => {
        if (issue.code === 'unrecognized_keys') {
          const keys = issue.keys.map(key => JSON.stringify(key)).join(', ');
          return `The request has fields that are not known: ${keys}. Take them out.`;
        }
        return 'The request is not a JSON object. Send one, or nothing.';
      },
    },
  )
  .superRefine(({ withoutBackup, reason }, context) => {
    if (withoutBackup && !reason) {
      context.addIssue({
        code: 'custom',
        path: ['reason'],
        message: 'is missing. Say in a sentence why no last backup is wanted.',
      });
    }
  });

/**
 * What may come with the wish to delete a database.
 * @public
 */
export type DeletionRequest = z.infer<typeof deletionRequestSchema>;
