import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { InputError, NotAllowedError } from '@backstage/errors';
import {
  assertStorable,
  type ChangeLimit,
  type UserCredentials,
} from '@slipway/backend-utils';
import { parseInput } from '@slipway/input';
import {
  policyEvaluatePermission,
  policyModes,
  policyRequestSchema,
  violationReadPermission,
} from '@slipway/plugin-policies-common';
import type { PolicyRequestCompletion } from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import { listViolations } from '../database/listViolations';
import type { Access } from '../services/Access';
import { toPolicyRequest } from '../services/asker';
import type { AnswerService } from '../services/AnswerService';
import { forAsker } from '../services/forAsker';
import { weighQuestion } from '../services/weighQuestion';

const PAGE = 50;

/**
 * Offers policies to agents and the command line: to ask and to look, nothing else. Waivers are asked for, granted and
 * ended by people.
 */
export function registerActions(deps: {
  access: Access;
  actionsRegistry: ActionsRegistryService;
  auth: AuthService;
  catalog: CatalogService;
  completions: ReadonlyMap<string, PolicyRequestCompletion>;
  answers: AnswerService;
  evaluationLimit: ChangeLimit;
  knex: Knex;
}): void {
  const { access, actionsRegistry, answers, auth, knex } = deps;

  actionsRegistry.register({
    name: 'evaluate',
    title: 'Ask the policies about a request',
    description:
      'Says what the policies in force have against a request, before it is made: the rule, the field, the reason and how to comply. Nothing happens by asking. Kinds are DatabaseRequest, TemplateTask, and those of the catalog.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z.object({
          kind: z.string().describe('For example DatabaseRequest'),
          operation: z
            .enum(['create', 'update', 'delete', 'exists'])
            .optional(),
          object: z
            .record(z.any())
            .describe(
              'What is wanted, with its fields as in the request; what is found out, such as a price, is filled in',
            ),
          oldObject: z.record(z.any()).optional(),
        }),
      output: z =>
        z.object({
          allowed: z.boolean(),
          findings: z
            .array(z.record(z.any()))
            .describe(
              'What policies have against it. Those with `about` are about what comes of it, such as the database that a golden path orders',
            ),
          notes: z
            .array(z.record(z.any()))
            .optional()
            .describe('Also known: that it waits for approval, for example'),
          digest: z.string(),
        }),
    },
    action: async ({ input, credentials }) => {
      assertStorable('input', input);
      const person = asUser(auth, credentials);
      await access.assertHolds(
        person,
        policyEvaluatePermission,
        'You may not ask the policies',
      );
      await deps.evaluationLimit.count(
        person.principal.userEntityRef,
        weighQuestion(input),
      );
      const request = await toPolicyRequest(
        parseInput(policyRequestSchema, { ...input, source: 'mcp' }),
        person,
        deps,
      );
      const answer = await answers.answer(request, { withNotes: true });
      return { output: { ...(await forAsker(answer, person, deps)) } };
    },
  });

  actionsRegistry.register({
    name: 'list-violations',
    title: 'List violations of policies',
    description:
      'Lists what exists and violates a policy, 50 at a time, the gravest first: the rule, the thing, its owner, since when, how to comply, and the waiver that covers it if there is one.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z.object({
          owner: z
            .string()
            .optional()
            .describe('A group, such as group:default/team-orders'),
          policy: z.string().optional(),
          mode: z.enum(policyModes).optional(),
          entityRef: z.string().optional(),
          mine: z
            .boolean()
            .optional()
            .describe('Only what belongs to your own groups'),
          waived: z.boolean().optional(),
          offset: z.number().int().min(0).optional(),
        }),
      output: z =>
        z.object({
          items: z.array(z.record(z.any())),
          totalItems: z.number(),
          lookedAt: z
            .string()
            .optional()
            .describe(
              'When the entity of entityRef was looked at; when absent, it was not, and may violate policies',
            ),
        }),
    },
    action: async ({ input, credentials }) => {
      assertStorable('input', input);
      const person = asUser(auth, credentials);
      await access.assertHolds(
        person,
        violationReadPermission,
        'You may not see violations',
      );
      if ((input.offset ?? 0) > 999_999) {
        throw new InputError('offset is too large. Narrow the list.');
      }
      const output = await listViolations(knex, {
        owner: input.owner ? [input.owner] : undefined,
        policy: input.policy ? [input.policy] : undefined,
        mode: input.mode ? [input.mode] : undefined,
        entityRef: input.entityRef?.toLocaleLowerCase('en-US'),
        ownedBy: input.mine ? await access.ownershipOf(person) : undefined,
        waived: input.waived,
        sort: 'severity',
        offset: input.offset ?? 0,
        limit: PAGE,
      });
      return { output };
    },
  });
}

function asUser(
  auth: AuthService,
  credentials: BackstageCredentials,
): UserCredentials {
  if (!auth.isPrincipal(credentials, 'user')) {
    throw new NotAllowedError('Only people ask the policies this way');
  }
  return credentials;
}
