import type {
  AuditorService,
  BackstageCredentials,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import {
  ANNOTATION_ORIGIN_LOCATION,
  parseEntityRef,
  RELATION_MEMBER_OF,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { ConflictError, InputError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { parseInput } from '@slipway/input';
import {
  databaseCreateForOthersPermission,
  databaseEntityRef,
  databaseRequestSchema,
  type DatabaseRequest,
} from '@slipway/plugin-databases-common';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import {
  databaseNameOf,
  explainServiceName,
} from '@slipway/plugin-scaffolder-common';
import type { StepContext } from '../lib/StepContext';
import type { DatabasesClient } from '../databases/DatabasesClient';
import { explainLeaving } from '../databases/leaving';
import { carriesMarker } from '../hosts/marker';
import type { RepositoryHosts } from '../hosts/RepositoryHosts';
import { requesterOf, type Things } from '../things/Things';
import { planExamples } from './plan.examples';

const BRANCH = 'main';

/**
 * Checks all that a new service needs before anything is made, and says what
 * will be. Changes nothing, in a dry run and outside one.
 */
export function createPlanAction(options: {
  auditor: AuditorService;
  catalog: CatalogService;
  permissions: PermissionsService;
  userInfo: UserInfoService;
  databases: DatabasesClient;
  hosts: RepositoryHosts;
  policies: PoliciesService;
  things: Things;
}) {
  const { auditor, catalog, permissions, userInfo } = options;
  const { databases, hosts, policies, things } = options;
  return createTemplateAction({
    id: 'slipway:service:plan',
    description:
      'Checks names, owner, repository and database of a new service, and says what will be made. Changes nothing.',
    examples: planExamples,
    supportsDryRun: true,
    schema: {
      input: {
        name: z => z.string({ description: 'The name of the service' }),
        owner: z =>
          z.string({
            description:
              'A group of the requester; any group, for an administrator',
          }),
        system: z =>
          z.string({ description: 'The system it is a part of' }).optional(),
        repoUrl: z => z.string({ description: 'Where the code will live' }),
        token: z =>
          z
            .string({ description: `The requester's own token for the host` })
            .optional(),
        databaseSize: z =>
          z
            .string({ description: '"none", or the size of its database' })
            .optional(),
        environment: z =>
          z
            .string({
              description: 'Of the database. Default: development',
            })
            .optional(),
      },
      output: {
        repositoryUrl: z => z.string({ description: 'Where people will look' }),
        databaseName: z => z.string().optional(),
        databaseEntityRef: z => z.string().optional(),
        plan: z => z.array(z.string(), { description: 'What will be made' }),
      },
    },
    async handler(ctx) {
      const { name, owner, system, repoUrl, token } = ctx.input;
      requesterOf(ctx);
      const wrongName = explainServiceName(name);
      if (wrongName) {
        throw new InputError(`name ${wrongName}`);
      }
      const location = hosts.locate(repoUrl);
      const size = ctx.input.databaseSize ?? 'none';
      const environment = ctx.input.environment ?? 'development';
      const request =
        size === 'none'
          ? undefined
          : parseInput(databaseRequestSchema, {
              name: databaseNameOf(name),
              engine: 'postgres',
              size,
              environment,
              owner,
            });
      const host = await hosts.open(location, token);

      // Everything is looked at before anything is said: one reads all at once.
      const outcomes = await Promise.allSettled([
        checkOwner(ctx, owner),
        checkSystem(ctx, system),
        checkNames(ctx, name, `${host.contentsUrl(BRANCH)}catalog-info.yaml`),
        host.find().then(found =>
          things.check(ctx, {
            kind: 'repository',
            ref: location.ref,
            title: `repoUrl: the repository ${host.webUrl()}`,
            exists: found !== undefined,
            isOurs: thing =>
              found !== undefined && carriesMarker(found, thing.id),
          }),
        ),
        request && checkDatabase(ctx, request.environment, request.name),
        request && checkPolicies(ctx, request),
      ]);
      const problems = outcomes.flatMap(outcome =>
        outcome.status === 'rejected' ? [outcome.reason as Error] : [],
      );
      if (problems.length === 1) {
        throw problems[0];
      }
      if (problems.length > 1) {
        throw new InputError(problems.map(({ message }) => message).join(' '));
      }

      const plan = [
        ...(request
          ? [
              `A ${size} Postgres database ${request.name} in ${environment}, owned by ${owner}`,
            ]
          : []),
        `A repository ${host.webUrl()} with the files of the service`,
        `In the catalog: component:default/${name} and api:default/${name}-api, with docs`,
      ];
      // In one piece: lines that are written together may change places.
      ctx.logger.info(
        ['Everything is in order. This will be made:', ...plan].join('\n- '),
      );
      ctx.output('repositoryUrl', host.webUrl());
      ctx.output('plan', plan);
      if (request) {
        ctx.output('databaseName', request.name);
        ctx.output(
          'databaseEntityRef',
          databaseEntityRef(request.name, request.environment),
        );
      }
    },
  });

  async function checkOwner(ctx: StepContext, owner: string): Promise<void> {
    const credentials = await ctx.getInitiatorCredentials();
    const ref = toRef('owner', owner, 'group');
    const entity = await catalog.getEntityByRef(ref, { credentials });
    if (entity?.kind !== 'Group') {
      throw new InputError(
        `owner ${ref} is not a group in the catalog. Choose one of your groups.`,
      );
    }
    // Of now, as an order of a database counts them: a token still names those of the morning.
    const groups = await groupsOf(credentials);
    if (groups.includes(ref)) {
      return;
    }
    // The question that an order of a database asks as well, so that both answer alike.
    const [decision] = await permissions.authorize(
      [{ permission: databaseCreateForOthersPermission }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new InputError(
        `owner ${ref} is not one of your groups. Choose ${groups.join(' or ') || 'a group after somebody has added you to one'}.`,
      );
    }
    ctx.logger.info(
      `You do not belong to ${ref}: you do this as an administrator.`,
    );
    if (!ctx.isDryRun) {
      const event = await auditor.createEvent({
        eventId: 'service-create-for-others',
        severityLevel: 'medium',
        meta: { taskId: ctx.task.id, owner: ref, requestedBy: ctx.user?.ref },
      });
      await event.success();
    }
  }

  async function groupsOf(
    credentials: BackstageCredentials,
  ): Promise<string[]> {
    const { userEntityRef } = await userInfo.getUserInfo(credentials);
    const person = await catalog.getEntityByRef(userEntityRef, { credentials });
    return (person?.relations ?? [])
      .filter(({ type }) => type === RELATION_MEMBER_OF)
      .map(({ targetRef }) => targetRef);
  }

  async function checkSystem(
    ctx: StepContext,
    system: string | undefined,
  ): Promise<void> {
    if (!system) {
      return;
    }
    const ref = toRef('system', system, 'system');
    const credentials = await ctx.getInitiatorCredentials();
    if (!(await catalog.getEntityByRef(ref, { credentials }))) {
      throw new InputError(
        `system ${ref} is not in the catalog. Choose one from the list, or leave it empty.`,
      );
    }
  }

  async function checkNames(
    ctx: StepContext,
    name: string,
    catalogInfoUrl: string,
  ): Promise<void> {
    const credentials = await ctx.getInitiatorCredentials();
    const { items } = await catalog.getEntitiesByRefs(
      {
        entityRefs: [`component:default/${name}`, `api:default/${name}-api`],
        fields: ['kind', 'metadata'],
      },
      { credentials },
    );
    for (const entity of items) {
      const place = entity?.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
      // From an earlier attempt at this very service it may be there already.
      if (entity && place !== `url:${catalogInfoUrl}`) {
        throw new InputError(
          `name: ${stringifyEntityRef(entity)} is in the catalog already, from ${place ?? 'another source'}. Choose another name.`,
        );
      }
    }
  }

  /** As the order of the database will be answered. */
  async function checkPolicies(
    ctx: StepContext,
    request: DatabaseRequest,
  ): Promise<void> {
    const { notes = [] } = await policies.enforce(
      {
        kind: 'DatabaseRequest',
        operation: 'create',
        object: { ...request },
        source: 'template',
      },
      { credentials: await ctx.getInitiatorCredentials(), asPerson: true },
    );
    for (const { message, refuses } of notes) {
      const sentence = `Database ${request.name}: ${message}`;
      if (refuses) {
        throw new ConflictError(sentence);
      }
      ctx.logger.info(sentence);
    }
  }

  async function checkDatabase(
    ctx: StepContext,
    environment: string,
    name: string,
  ): Promise<void> {
    const credentials = await ctx.getInitiatorCredentials();
    const found = await databases.findByName(environment, name, {
      credentials,
    });
    await things.check(ctx, {
      kind: 'database',
      ref: `${environment}/${name}`,
      title: `name: the database ${name} in ${environment}`,
      exists: found !== undefined && found.state !== 'deleted',
      leaving: found && explainLeaving(found),
      isOurs: thing =>
        thing.state === 'intended' || thing.details.databaseId === found?.id,
    });
  }
}

function toRef(field: string, value: string, defaultKind: string): string {
  const wrong = () =>
    new InputError(
      `${field} is not a reference to a ${defaultKind}. Choose one from the list.`,
    );
  let ref;
  try {
    ref = parseEntityRef(value, { defaultKind });
  } catch {
    // The parser's words are for programmers.
    throw wrong();
  }
  if (ref.kind.toLocaleLowerCase('en-US') !== defaultKind) throw wrong();
  return stringifyEntityRef(ref);
}
