import {
  backupIdSchema,
  COST_MONTHS_MAX,
  costGroupings,
  databaseEngines,
  databaseOwnerSchema,
  environmentNameSchema,
} from '@slipway/plugin-databases-common';
import { z } from 'zod';

const list = z
  .union([z.string(), z.array(z.string())])
  .transform(value => (Array.isArray(value) ? value : [value]))
  .optional();
const yes = z
  .enum(['true', 'false'])
  .transform(value => value === 'true')
  .optional();
/** What a list of databases is narrowed to. */
export const querySchema = z.object({
  search: z.string().optional(),
  engine: list,
  environment: list,
  owner: list,
  mine: yes,
  attention: yes,
  sort: z
    .enum(['name', 'environment', 'owner', 'state', 'createdAt'])
    .optional(),
  order: z.enum(['asc', 'desc']).optional(),
  offset: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().optional(),
});
/** Whose quota is read, and of what. */
export const quotaQuerySchema = z.object({
  owner: databaseOwnerSchema,
  environment: environmentNameSchema,
  engine: z.enum(databaseEngines, {
    error: `is not known. Choose one of ${databaseEngines.join(', ')}.`,
  }),
});
/** Where a page of a timeline begins. */
export const eventsQuerySchema = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'is none that a page before this one has given')
    .optional(),
});
/** Where a page of backups begins. */
export const backupsQuerySchema = z.object({
  cursor: backupIdSchema.optional(),
});
/** Whose logins are listed. */
export const loginsOfPersonSchema = z.object({
  person: z
    .string()
    .toLowerCase()
    .regex(
      /^user:[a-z0-9._-]+\/[a-z0-9._-]+$/,
      'is no ref of a person. Write it as user:default/jane.',
    ),
});
const month = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'is no month. Write it as 2026-01.');
const costFields = {
  from: month,
  to: month,
  database: z.uuid('is no id of a database.').optional(),
  owner: databaseOwnerSchema.optional(),
  environment: environmentNameSchema.optional(),
  system: z.string().optional(),
  unpriced: yes,
};
const inOrder = <T extends { from: string; to: string }>(
  query: T,
  context: z.RefinementCtx,
) => {
  const count = (text: string) =>
    12 * Number(text.slice(0, 4)) + Number(text.slice(5));
  const months = count(query.to) - count(query.from) + 1;
  if (months < 1 || months > COST_MONTHS_MAX) {
    context.addIssue({
      code: 'custom',
      path: ['to'],
      message:
        months < 1
          ? 'is before "from". Give the last of the months.'
          : `makes ${months} months with "from". Ask for at most ${COST_MONTHS_MAX}.`,
    });
  }
};
/** Which costs are added up, and by what. */
export const costsQuerySchema = z
  .object({ ...costFields, by: z.enum(costGroupings).default('owner') })
  .superRefine(inOrder);
/** Which costs are listed. */
export const costRowsQuerySchema = z
  .object({
    ...costFields,
    offset: z.coerce.number().int().default(0),
    limit: z.coerce.number().int().default(50),
  })
  .superRefine(inOrder);
/** Which costs go into a file. */
export const costExportQuerySchema = z
  .object({ ...costFields, format: z.enum(['csv', 'json']) })
  .superRefine(inOrder);
/** How far back the history of a database is shown. */
export const healthQuerySchema = z.object({
  days: z.coerce.number().int().min(1).max(400).default(14),
});
/** The body of a change that takes nothing. */
export const nothingSchema = z.strictObject(
  {},
  {
    error: issue => {
      if (issue.code === 'unrecognized_keys') {
        const keys = issue.keys.map(key => JSON.stringify(key)).join(', ');
        return `The request has fields that are not known: ${keys}. This one takes none: leave its body empty.`;
      }
      return 'The request is not a JSON object. This one takes no fields: leave its body empty.';
    },
  },
);

/** Where a page of catalog entities begins. */
export const catalogEntitiesQuerySchema = z.object({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().default(200),
});
