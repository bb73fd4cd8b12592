import { z } from 'zod';
import { databaseSchema } from './database';
import {
  databaseEngineSchema,
  databaseSizeSchema,
  moneySchema,
} from './engine';
import { databaseEventSchema } from './events';
import { databaseExpiryRuleSchema } from './expiry';
import { databaseOperationSchema } from './operation';
import { databaseProtectionSchema } from './protection';
import { personalLoginSchema } from './personalLogin';

/**
 * Most items on one page of an answer.
 * @public
 */
export const DATABASES_PAGE_MAX = 100;

/** @public */
export const databaseSortFields = [
  'name',
  'environment',
  'owner',
  'state',
  'createdAt',
] as const;

/** @public */
export type DatabaseSortField = (typeof databaseSortFields)[number];

/**
 * What a list of databases can be narrowed to and put in order by.
 * @public
 */
export interface DatabasesQuery {
  /** Only names that contain this text. */
  search?: string;
  engine?: string[];
  environment?: string[];
  /** Only databases owned by one of these groups. */
  owner?: string[];
  /** Only databases of the caller's own groups. */
  mine?: boolean;
  /** Only databases that somebody has to look at. */
  attention?: boolean;
  sort?: DatabaseSortField;
  order?: 'asc' | 'desc';
  /** How many to leave out from the front. */
  offset?: number;
  /** How many at most; {@link DATABASES_PAGE_MAX} is the limit. */
  limit?: number;
}

/** @public */
export const databasesPageSchema = z.object({
  items: z.array(databaseSchema),
  /** How many match, on all pages. */
  totalItems: z.number().int(),
});

/** @public */
export type DatabasesPage = z.infer<typeof databasesPageSchema>;

/** @public */
export const databaseEventsPageSchema = z.object({
  items: z.array(databaseEventSchema),
  nextCursor: z.string().optional(),
});

/** @public */
export type DatabaseEventsPage = z.infer<typeof databaseEventsPageSchema>;

/** @public */
export const personalLoginsPageSchema = z.object({
  items: z.array(personalLoginSchema),
});

/** @public */
export const databaseAcceptedSchema = z.object({
  database: databaseSchema,
  operation: databaseOperationSchema,
  /** What policies warn of; absent from a service of the version before. */
  warnings: z
    .array(
      z.looseObject({
        policy: z.string(),
        title: z.string(),
        field: z.string().optional(),
        message: z.string(),
        reason: z.string(),
        comply: z.string(),
      }),
    )
    .optional(),
});

/**
 * The answer to whatever starts work on a database.
 * @public
 */
export type DatabaseAccepted = z.infer<typeof databaseAcceptedSchema>;

/** A limit that a provider may enforce or observe. */
const databaseLimitSchema = z.enum([
  'storage',
  'connections',
  'statement-timeout',
  'password',
]);

/** @public */
export const databaseOfferSchema = z.object({
  providerId: z.string(),
  engine: databaseEngineSchema,
  environment: z.string(),
  /** Whether it is this provider that an order of this engine goes to here, if no version speaks against it. */
  takesOrders: z.boolean(),
  /**
   * How long an order takes here, in seconds: the median of the newest ones that succeeded, from
   * being accepted to being ready. Absent when there are too few to say.
   */
  medianSeconds: z.number().min(0).optional(),
  /** Of how many orders the median is. */
  measuredOrders: z.number().int().optional(),
  /** How data is kept safe here; absent from a service of the version before. */
  protection: databaseProtectionSchema.optional(),
  /** What each size costs here; without a price where none is known. */
  sizes: z.array(
    z.object({
      name: databaseSizeSchema,
      pricePerMonth: moneySchema.optional(),
    }),
  ),
});

/**
 * What one provider offers in one environment.
 * @public
 */
export type DatabaseOffer = z.infer<typeof databaseOfferSchema>;

/** @public */
export const databaseOptionsSchema = z.object({
  environments: z.array(z.object({ name: z.string(), title: z.string() })),
  sizes: z.array(
    z.object({
      name: databaseSizeSchema,
      storageGiB: z.number(),
      connectionLimit: z.number(),
      statementTimeoutSeconds: z.number(),
      pricePerMonth: moneySchema.optional(),
    }),
  ),
  /** What can be ordered here: one entry per provider. */
  providers: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      engine: databaseEngineSchema,
      versions: z.array(z.string()),
      environments: z.array(z.string()),
      notes: z.array(z.string()),
      /** What a database there has; absent from a service of the version before. */
      gives: z
        .object({
          backup: z.boolean(),
          restore: z.boolean(),
          clone: z.boolean(),
          personalLogins: z.boolean(),
          tls: z.boolean(),
          /** Limits that the server itself holds a tenant to. */
          enforced: z.array(databaseLimitSchema),
          /** Limits that are looked at and mended, but that a tenant can pass meanwhile. */
          observed: z.array(databaseLimitSchema),
        })
        .optional(),
    }),
  ),
  /**
   * One entry per provider and environment, in the order of both; absent from a service of the
   * version before.
   */
  offers: z.array(databaseOfferSchema).optional(),
  /** Which orders wait for approval; absent from a service of the version before. */
  approvals: z
    .array(
      z.object({
        environment: z.string(),
        sizes: z.array(databaseSizeSchema),
        groups: z.array(z.string()),
        required: z.number().int(),
      }),
    )
    .optional(),
  /** How long databases go; absent from a service of the version before. */
  expiry: z.array(databaseExpiryRuleSchema).optional(),
  personalLogins: z.object({
    defaultHours: z.number(),
    maxHours: z.number(),
    /** Environments in which a login may make and change tables; absent from a service of the version before. */
    schemaAccessIn: z.array(z.string()).optional(),
  }),
});

/**
 * What the order form offers: the configuration as far as people may see it.
 * @public
 */
export type DatabaseOptions = z.infer<typeof databaseOptionsSchema>;
