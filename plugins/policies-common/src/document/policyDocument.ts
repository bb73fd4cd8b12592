import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { z } from 'zod';

/** @public */
export const POLICY_API_VERSION = 'slipway.dev/v1alpha1';
/** @public */
export const POLICY_KIND = 'Policy';

/**
 * What a violation leads to: `deny` refuses, `warn` tells the person, `audit` tells the platform team only.
 * @public
 */
export const policyModes = ['deny', 'warn', 'audit'] as const;
/** @public */
export type PolicyMode = (typeof policyModes)[number];

/**
 * What is about to happen to the object. `exists` is asked by the sweep over what is there already.
 * @public
 */
export const policyOperations = [
  'create',
  'update',
  'delete',
  'exists',
] as const;
/** @public */
export type PolicyOperation = (typeof policyOperations)[number];

const CEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/;

const sentence = (what: string, max: number) =>
  z
    .string({
      error: issue =>
        issue.input === undefined || issue.input === null
          ? `is missing. Give ${what}.`
          : `is not text. Give ${what}, in quotes.`,
    })
    .trim()
    .min(1, { error: `is empty. Give ${what}.` })
    .max(max, { error: `is longer than ${max} characters. Shorten it.` });

const expression = sentence('a CEL expression', 5_000);

const celName = z
  .string({ error: 'is missing. Give it a name.' })
  .regex(CEL_NAME, {
    error:
      'is not a name that CEL can read. Use letters, digits and underscores, for example "isProduction".',
  });

const oneOf = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, {
    error: `is not known. Choose one of ${words.join(', ')}.`,
  });

const some = <T extends z.ZodType>(item: T, what: string) =>
  z
    .array(item, { error: `is not a list. Give ${what}.` })
    .min(1, { error: `is empty. Give ${what}, or leave it out.` })
    .max(100, { error: 'has more than 100 entries.' });

const ownerSchema = z
  .string({ error: 'is missing. Give a group, such as "platform-team".' })
  .transform((value, context) => {
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
          'is not the reference of a group. Give one such as "team-orders".',
      });
      return z.NEVER;
    }
  });

const scalar = z.union([z.string().max(1_000), z.number(), z.boolean()]);
const scalars = z.array(scalar).max(500);

/** A value that a policy is set with: the company may choose another of the same type. */
export const paramSchema = z.union(
  [scalar, scalars, z.record(z.string(), z.union([scalar, scalars]))],
  {
    error:
      'must be text, a number, true or false, a list of them, or a map of those.',
  },
);
/** @public */
export type PolicyParam = z.output<typeof paramSchema>;

const conditionSchema = z.strictObject({ name: celName, expression });

const validationSchema = z.strictObject({
  /** True when the request complies. */
  expression,
  /** What is wrong, for the person who asks. */
  message: sentence('a message for the person who asks', 500),
  /** Makes the message; `message` is used when it fails. */
  messageExpression: expression.optional(),
  /** The field at fault, with dots for depth, e.g. `backup.retentionDays`. */
  field: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_/-]+|\[\d+\])*$/, {
      error: 'is not a field. Give one such as "backup.retentionDays".',
    })
    .optional(),
  /** Why there is this rule. */
  reason: sentence('why there is this rule', 500).optional(),
  /** What to do to comply. */
  comply: sentence('what to do to comply', 500).optional(),
});

const matchSchema = z.strictObject({
  /** Kinds of requests, e.g. `DatabaseRequest` or `Component`; `*` is all of them. */
  kinds: some(
    z.string().regex(/^(\*|[A-Za-z][A-Za-z0-9]*)$/, {
      error: 'is not a kind. Give one such as "DatabaseRequest".',
    }),
    'kinds of requests, such as [DatabaseRequest]',
  ),
  operations: some(
    oneOf(policyOperations),
    'operations, such as [create]',
  ).default(['create', 'update', 'exists']),
  environments: some(
    z.string().min(1),
    'environments, such as [production]',
  ).optional(),
  owners: some(ownerSchema, 'groups, such as [team-orders]').optional(),
  /** All of them must be there with one of the values. */
  labels: z
    .record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]))
    .optional(),
});

/** `spec` of a policy. */
const specSchema = z
  .strictObject({
    /** The group that answers questions about it. */
    owner: ownerSchema,
    mode: oneOf(policyModes),
    match: matchSchema,
    /** Why there is this policy; for validations that do not say it themselves. */
    reason: validationSchema.shape.reason,
    /** What to do to comply; for validations that do not say it themselves. */
    comply: validationSchema.shape.comply,
    params: z.record(celName, paramSchema).default({}),
    variables: z
      .array(conditionSchema)
      .max(50, { error: 'has more than 50 entries.' })
      .default([]),
    /** The policy applies when all of them are true. */
    matchConditions: z
      .array(conditionSchema)
      .max(50, { error: 'has more than 50 entries.' })
      .default([]),
    validations: some(validationSchema, 'at least one validation'),
  })
  .superRefine((spec, context) => {
    for (const part of ['variables', 'matchConditions'] as const) {
      const seen = new Set<string>();
      spec[part].forEach(({ name }, i) => {
        if (seen.has(name)) {
          context.addIssue({
            code: 'custom',
            path: [part, i, 'name'],
            message: `is "${name}" as another one above. Give each a name of its own.`,
          });
        }
        seen.add(name);
      });
    }
    spec.validations.forEach((validation, i) => {
      for (const part of ['reason', 'comply'] as const) {
        if (!validation[part] && !spec[part]) {
          context.addIssue({
            code: 'custom',
            path: ['validations', i, part],
            message: `is missing. Say ${part === 'reason' ? 'why there is this rule' : 'what to do to comply'}, here or once for all in spec.${part}.`,
          });
        }
      }
    });
  });

/**
 * A policy, in the shape of Kubernetes' ValidatingAdmissionPolicy.
 * @public
 */
export const policyDocumentSchema = z.strictObject(
  {
    apiVersion: z.literal(POLICY_API_VERSION, {
      error: `must be "${POLICY_API_VERSION}".`,
    }),
    kind: z.literal(POLICY_KIND, { error: `must be "${POLICY_KIND}".` }),
    metadata: z.strictObject({
      name: z
        .string({ error: 'is missing. Give the policy a name.' })
        .max(63, { error: 'is longer than 63 characters. Shorten it.' })
        .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, {
          error:
            'is not a name. Use lowercase letters, digits and hyphens, for example "encryption-in-production".',
        }),
      title: sentence('a title', 100),
      description: sentence('what it is for, in a sentence', 1_000),
      labels: z.record(z.string(), z.string()).optional(),
      annotations: z.record(z.string(), z.string()).optional(),
    }),
    spec: specSchema,
  },
  {
    error:
      'The document is not a map with apiVersion, kind, metadata and spec.',
  },
);

/** @public */
export type PolicyDocument = z.output<typeof policyDocumentSchema>;
