import { z } from 'zod';

/**
 * How a database of a server is named that is looked at; a server has more names than the platform gives.
 * @public
 */
export const foreignNameSchema = z
  .string({ error: 'is missing. Give the name of a database on the server.' })
  .min(1, { error: 'is empty. Give the name of a database on the server.' })
  .max(128, { error: 'is too long to be the name of a database.' });

const nameFields = {
  name: z.string(),
  /** The role that owns it on the server. */
  owner: z.string(),
  /** Absent where the platform may not know. */
  sizeBytes: z.number().optional(),
};

/** @public */
export const importServersSchema = z.object({
  items: z.array(z.object({ id: z.string(), title: z.string() })),
});

/** @public */
export const foreignDatabasesSchema = z.object({
  provider: z.object({ id: z.string(), title: z.string() }),
  items: z.array(z.object(nameFields)),
});

/**
 * The databases on a server that the platform does not own.
 * @public
 */
export type ForeignDatabases = z.infer<typeof foreignDatabasesSchema>;

/** @public */
export const foreignDatabaseReportSchema = z.object({
  ...nameFields,
  provider: z.object({ id: z.string(), title: z.string() }),
  /** When it was looked at. */
  at: z.string(),
  version: z.string(),
  encoding: z.string(),
  connectionLimit: z.number().optional(),
  logins: z.array(
    z.object({
      name: z.string(),
      by: z.enum(['administrator', 'owner', 'grant', 'everybody']),
      sessions: z.number(),
    }),
  ),
  furtherLogins: z.number(),
  inside: z
    .object({
      extensions: z.array(z.object({ name: z.string(), version: z.string() })),
      schemas: z.array(
        z.object({ name: z.string(), owner: z.string(), tables: z.number() }),
      ),
    })
    .optional(),
  differences: z.array(
    z.object({ what: z.string(), wanted: z.string(), found: z.string() }),
  ),
  wouldChange: z.array(z.string()),
  obstacles: z.array(z.string()),
  unseen: z.array(z.string()),
});

/**
 * What a look at a database has shown that the platform does not own. Nothing was altered by it.
 * @public
 */
export type ForeignDatabaseReport = z.infer<typeof foreignDatabaseReportSchema>;
