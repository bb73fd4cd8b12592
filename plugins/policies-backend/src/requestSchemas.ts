import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { refuseHiddenCharacters } from '@slipway/input';
import {
  POLICIES_PAGE_MAX,
  policyModes,
  violationSorts,
  waiverStates,
} from '@slipway/plugin-policies-common';
import { z } from 'zod';

const list = z
  .union([z.string(), z.array(z.string())])
  .transform(value => [value].flat())
  .optional();
const oneOrMore = <T extends readonly [string, ...string[]]>(values: T) =>
  z
    .union([z.enum(values), z.array(z.enum(values))])
    .transform(value => [value].flat())
    .optional();
const yes = z
  .enum(['true', 'false'])
  .transform(value => value === 'true')
  .optional();
const page = {
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(POLICIES_PAGE_MAX).default(20),
};
/** `none` is what nobody owns; of a group the name is enough, as in a document. */
const owner = z.string().transform((value, context) => {
  if (value === 'none') {
    return value;
  }
  try {
    return stringifyEntityRef(
      parseEntityRef(value, {
        defaultKind: 'group',
        defaultNamespace: 'default',
      }),
    );
  } catch {
    context.addIssue({
      code: 'custom',
      message:
        'is no ref of a group. Write it as group:default/team-orders, or none for what nobody owns.',
    });
    return z.NEVER;
  }
});
const owners = z
  .union([owner, z.array(owner)])
  .transform(value => [value].flat())
  .optional();
const entityRef = z
  .string()
  .transform(value => value.toLocaleLowerCase('en-US'))
  .optional();

const filter = {
  owner: owners,
  policy: list,
  mode: oneOrMore(policyModes),
  kind: list,
  environment: list,
  entityRef,
  mine: yes,
  waived: yes,
  search: z.string().trim().optional(),
  sort: z.enum(violationSorts).default('severity'),
};

/** What a list of violations is narrowed to. */
export const violationsQuerySchema = z.object({ ...filter, ...page });

/** What an export of violations is narrowed to. */
export const exportQuerySchema = z.object({
  ...filter,
  format: z.enum(['csv', 'json']).default('csv'),
});

const DAY_MS = 86_400_000;
const DAYS_MAX = 400;
const DAYS_DEFAULT = 30;
const toDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);

const day = z
  .string()
  .refine(
    value =>
      !Number.isNaN(Date.parse(value)) && toDay(Date.parse(value)) === value,
    'is no day. Write it as 2026-11-29.',
  )
  .optional();

/** The period and what compliance is narrowed to. */
export const complianceQuerySchema = z
  .object({ from: day, to: day, owner: owners, policy: list, mine: yes })
  .transform(query => {
    const to = query.to ?? toDay(Date.now());
    const from =
      query.from ?? toDay(Date.parse(to) - (DAYS_DEFAULT - 1) * DAY_MS);
    return { ...query, from, to };
  })
  .superRefine(({ from, to }, context) => {
    const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
    if (days < 1) {
      context.addIssue({
        code: 'custom',
        path: ['from'],
        message: 'is after to. Exchange them.',
      });
    } else if (days > DAYS_MAX) {
      context.addIssue({
        code: 'custom',
        path: ['from'],
        message: `is ${days} days before to, and ${DAYS_MAX} are allowed. Choose a shorter period.`,
      });
    }
  });

/** What a list of waivers is narrowed to. */
export const waiversQuerySchema = z.object({
  state: oneOrMore(waiverStates),
  party: z
    .string()
    .toLowerCase()
    .regex(
      /^(user|group):[a-z0-9._-]+\/[a-z0-9._-]+$/,
      'is no ref of a person or a group. Write it as group:default/team-orders.',
    )
    .optional(),
  policy: list,
  owner: owners,
  entityRef,
  mine: yes,
  ...page,
});

/** Where a page of a timeline begins. */
export const eventsQuerySchema = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'is none that a page before this one has given')
    .optional(),
});

/** The body of what ends a waiver. */
export const endingSchema = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(2_000)
      .superRefine(refuseHiddenCharacters('sentences'))
      .optional(),
  })
  .prefault({});
