import { z } from 'zod';
import type { PolicyMode } from '../document/policyDocument';
import { judgedFindingSchema } from './finding';

/**
 * Most items on one page of an answer.
 * @public
 */
export const POLICIES_PAGE_MAX = 100;

/**
 * Most violations in one export.
 * @public
 */
export const VIOLATIONS_EXPORT_MAX = 50_000;

/**
 * `severity`: deny, warn, audit, and the oldest first within each; `age`: the oldest first.
 * @public
 */
export const violationSorts = ['severity', 'age'] as const;
/** @public */
export type ViolationSort = (typeof violationSorts)[number];

/** @public */
export const violationSchema = judgedFindingSchema.extend({
  id: z.string(),
  /** Of the thing, e.g. `Component` or `DatabaseRequest`. */
  kind: z.string(),
  /** Of the thing. */
  name: z.string(),
  /** The entity of the catalog, where it is one or has one. */
  entityRef: z.string().optional(),
  /** A path of the portal that shows the thing. */
  link: z.string().optional(),
  /** In full, e.g. `group:default/team-orders`; absent when nobody owns it. */
  owner: z.string().optional(),
  environment: z.string().optional(),
  firstSeen: z.string(),
  lastSeen: z.string(),
});

/**
 * Something that exists and that a policy has something against. It is open until a sweep no longer sees it.
 * @public
 */
export type PolicyViolation = z.infer<typeof violationSchema>;

/** @public */
export const violationsPageSchema = z.object({
  items: z.array(violationSchema),
  /** How many match, on all pages. */
  totalItems: z.number().int(),
  /**
   * When the policies in force were last asked about the entity that the list is narrowed to. Absent when they were not: that it has no
   * violations means nothing then.
   */
  lookedAt: z.string().optional(),
});

/** @public */
export type ViolationsPage = z.infer<typeof violationsPageSchema>;

/**
 * What violations are narrowed to. Several values of one filter widen it.
 * @public
 */
export interface ViolationsFilter {
  /** Groups; `none` for what nobody owns. */
  owner?: string[];
  policy?: string[];
  mode?: PolicyMode[];
  kind?: string[];
  environment?: string[];
  entityRef?: string;
  /** Only what belongs to the caller's own groups. */
  mine?: boolean;
  /** True: only those that a waiver covers; false: only those that none covers. */
  waived?: boolean;
  /** Only names, messages and titles that contain this text. */
  search?: string;
}

/** @public */
export interface ViolationsQuery extends ViolationsFilter {
  sort?: ViolationSort;
  /** How many to leave out from the front. */
  offset?: number;
  /** How many at most; {@link POLICIES_PAGE_MAX} is the limit. */
  limit?: number;
}
