import { missingOrNot } from '@slipway/input';
import { z } from 'zod';

/**
 * Why a backup was taken: somebody asked for it, its time had come, data was about to be replaced by a restore, or the
 * database is on its way out.
 * @public
 */
export const backupKinds = [
  'on-request',
  'scheduled',
  'before-restore',
  'final',
] as const;

/** @public */
export type BackupKind = (typeof backupKinds)[number];

/**
 * The states of a backup. Only what is `kept` can be restored; of what is `removed` there is no file any more.
 * @public
 */
export const backupStates = ['writing', 'kept', 'failed', 'removed'] as const;

/** @public */
export type BackupState = (typeof backupStates)[number];

/**
 * Most backups on one page of an answer.
 * @public
 */
export const BACKUPS_PAGE_MAX = 50;

/** @public */
export const databaseBackupSchema = z.object({
  id: z.string(),
  databaseId: z.string(),
  kind: z.enum(backupKinds),
  state: z.enum(backupStates),
  /** What wrote it, e.g. `pg_dump-custom`. */
  format: z.string().optional(),
  /** The version of the server it was taken from. */
  serverVersion: z.string().optional(),
  /** What is in it, as the engine counts it: `{ tables: 12, rows: 3401 }`. */
  contents: z.record(z.string(), z.number()).optional(),
  /** Of what the engine's tool wrote. */
  sizeBytes: z.number().optional(),
  /** Of the sealed file. */
  storedBytes: z.number().optional(),
  /** SHA-256 of the sealed file, in hexadecimal. */
  sha256: z.string().optional(),
  /** For people: where the file is. */
  store: z.string(),
  /** When it was last restored into a scratch database and had everything in it. */
  provenAt: z.string().optional(),
  /** Why it was not written, or not proven. */
  problem: z.string().optional(),
  /** Entity ref of whoever asked for it. */
  createdBy: z.string(),
  /** When it was asked for. */
  createdAt: z.string(),
  /** When it was written. */
  takenAt: z.string().optional(),
  /** When its file will be removed. */
  expiresAt: z.string(),
});

/**
 * A backup of a database. All times are ISO 8601 in UTC.
 * @public
 */
export type DatabaseBackup = z.infer<typeof databaseBackupSchema>;

/** @public */
export const databaseBackupsPageSchema = z.object({
  /** Newest first. */
  items: z.array(databaseBackupSchema),
  nextCursor: z.string().optional(),
});

/** @public */
export type DatabaseBackupsPage = z.infer<typeof databaseBackupsPageSchema>;

/** @public */
export const databaseBackupSummarySchema = z.object({
  /** When the newest that is kept was written. */
  lastTakenAt: z.string().optional(),
  /** When one was last proven by restoring it. */
  lastProvenAt: z.string().optional(),
});

/** @public */
export type DatabaseBackupSummary = z.infer<typeof databaseBackupSummarySchema>;

/** @public */
export const backupIdSchema = z
  .string(missingOrNot('text', 'Give the id of a backup.'))
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'is not the id of a backup. Take it from the list of backups.',
  );

/**
 * What is asked for when data is to be replaced by that of a backup.
 * @public
 */
export const restoreRequestSchema = z.strictObject(
  {
    backupId: backupIdSchema,
    /** The name of the database, typed by whoever wants it. */
    confirmName: z.string(
      missingOrNot('text', 'Give the name of the database, to confirm.'),
    ),
  },
  {
    error: issue => {
      if (issue.code === 'unrecognized_keys') {
        const keys = issue.keys.map(key => JSON.stringify(key)).join(', ');
        return `The request has fields that are not known: ${keys}. Take them out.`;
      }
      return 'The request is not a JSON object. Send one with backupId and confirmName.';
    },
  },
);

/** @public */
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;
