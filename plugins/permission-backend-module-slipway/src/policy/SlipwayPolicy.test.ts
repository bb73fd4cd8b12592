import { ServiceUnavailableError } from '@backstage/errors';
import {
  AuthorizeResult,
  type Permission,
} from '@backstage/plugin-permission-common';
import { RoleModel } from '@slipway/plugin-access-common';
import {
  allowed,
  DATABASE,
  denied,
  ENTITY,
  nora,
  ownDatabase,
  permission,
  person,
  policy,
  policyOf,
  root,
  sam,
  TASK,
  withToken,
} from '../__testUtils__/askPolicy';
import { SlipwayPolicy } from './SlipwayPolicy';

const ownEntity = {
  result: AuthorizeResult.CONDITIONAL,
  pluginId: 'catalog',
  resourceType: ENTITY,
  conditions: {
    rule: 'IS_ENTITY_OWNER',
    resourceType: ENTITY,
    params: {
      claims: ['user:default/sam.okafor', 'group:default/team-orders'],
    },
  },
};
const ownTask = {
  result: AuthorizeResult.CONDITIONAL,
  pluginId: 'scaffolder',
  resourceType: TASK,
  conditions: {
    rule: 'IS_TASK_OWNER',
    resourceType: TASK,
    params: { createdBy: ['user:default/sam.okafor'] },
  },
};
const WAIVER = 'policy-waiver';
const ownWaiver = (rule: string, params: object) => ({
  result: AuthorizeResult.CONDITIONAL,
  pluginId: 'policies',
  resourceType: WAIVER,
  conditions: { rule, resourceType: WAIVER, params },
});
const table: Array<[Permission, object]> = [
  // Everyone reads
  [permission('catalog.entity.read', 'read', ENTITY), allowed],
  [permission('catalog.location.read', 'read'), allowed],
  [permission('kubernetes.resources.read', 'read'), allowed],
  [
    permission(
      'scaffolder.template.parameter.read',
      'read',
      'scaffolder-template',
    ),
    allowed,
  ],
  [permission('databases.database.read', 'read', DATABASE), allowed],
  // Everyone may start and register
  [permission('catalog.entity.create', 'create'), allowed],
  [permission('catalog.entity.validate'), allowed],
  [permission('catalog.location.create', 'create'), allowed],
  [permission('catalog.location.analyze'), allowed],
  [permission('scaffolder.task.create', 'create'), allowed],
  [
    permission('scaffolder.action.execute', undefined, 'scaffolder-action'),
    allowed,
  ],
  [permission('databases.database.create', 'create'), allowed],
  [permission('databases.database.create-for-others', 'create'), denied],
  // Owners change what is theirs
  [permission('catalog.entity.refresh', 'update', ENTITY), ownEntity],
  [permission('catalog.entity.delete', 'delete', ENTITY), ownEntity],
  [permission('databases.database.update', 'update', DATABASE), ownDatabase],
  [permission('databases.database.delete', 'delete', DATABASE), ownDatabase],
  [
    permission('databases.database.credentials.create', 'create', DATABASE),
    ownDatabase,
  ],
  // A task is the business of the one who started it
  [permission('scaffolder.task.read', 'read', TASK), ownTask],
  [permission('scaffolder.task.cancel', undefined, TASK), ownTask],
  [permission('policies.request.evaluate', 'read'), allowed],
  [permission('policies.waiver.create', 'create'), allowed],
  [
    permission('policies.waiver.withdraw', 'update', WAIVER),
    ownWaiver('IS_WAIVER_REQUESTER', {
      requesters: ['user:default/sam.okafor'],
    }),
  ],
  [
    permission('policies.waiver.end', 'update', WAIVER),
    ownWaiver('IS_WAIVER_OWNER', {
      owners: ['user:default/sam.okafor', 'group:default/team-orders'],
    }),
  ],
  // Administrators only
  [permission('policies.sweep.create', 'create'), denied],
  [permission('catalog.location.delete', 'delete'), denied],
  [permission('catalog.entities.unprocessed.read', 'read'), denied],
  [permission('catalog.entities.unprocessed.delete', 'delete'), denied],
  [permission('catalog.ingestion.read', 'read'), denied],
  [permission('catalog.ingestion.manage', 'update'), denied],
  [permission('scaffolder.template.management'), denied],
  [permission('scaffolder.template.dry-run'), denied],
  [permission('kubernetes.proxy'), denied],
  [permission('databases.provider.pause', 'update'), denied],
  [permission('audit.event.read', 'read'), denied],
  // What nobody thought of
  [permission('new.thing.read', 'read'), allowed],
  [permission('new.thing.create', 'create'), denied],
  [permission('new.thing.update', 'update', ENTITY), denied],
  [permission('new.thing.delete', 'delete'), denied],
  [permission('new.thing.use'), denied],
  // A name of ours on a resource for which no plugin knows an owner
  [permission('databases.database.delete', 'delete', 'new-resource'), denied],
  [permission('databases.database.delete', 'delete'), denied],
];

describe('SlipwayPolicy', () => {
  it.each(table)('decides on $name for a person', async (asked, expected) => {
    expect(await policy.handle({ permission: asked }, sam)).toEqual(expected);
  });

  it.each(table)('lets administrators use $name', async asked => {
    expect(await policy.handle({ permission: asked }, nora)).toEqual(allowed);
    expect(await policy.handle({ permission: asked }, root)).toEqual(allowed);
  });

  it('lets nobody ask for approvals: services do, and never come here', async () => {
    const asked = permission('approvals.request.create', 'create');
    for (const who of [sam, nora, root]) {
      expect(await policy.handle({ permission: asked }, who)).toEqual(denied);
    }
  });

  it.each(table)('refuses $name to whoever is not signed in', async asked => {
    expect(await policy.handle({ permission: asked }, undefined)).toEqual(
      denied,
    );
  });

  it.each(table)(
    'says beforehand whether a token is enough for $name',
    (asked, expected) => {
      expect(policy.isOpen(asked)).toBe(
        expected === allowed && asked.attributes.action === 'read',
      );
    },
  );

  it.each(table)(
    'lets who has left the company use $name only to read what everyone may, whatever the token says',
    async asked => {
      const left = withToken('lea.stone', 'team-orders', 'platform-team');
      expect(await policy.handle({ permission: asked }, left)).toEqual(
        policy.isOpen(asked) ? allowed : denied,
      );
    },
  );

  it('goes by the groups of now, not by those of the token', async () => {
    person('mia.moved', 'team-payments');
    const mia = withToken('mia.moved', 'team-orders', 'platform-team');
    expect(
      await policy.handle(
        { permission: permission('databases.provider.pause', 'update') },
        mia,
      ),
    ).toEqual(denied);
    expect(
      await policy.handle(
        {
          permission: permission(
            'databases.database.update',
            'update',
            DATABASE,
          ),
        },
        mia,
      ),
    ).toMatchObject({
      conditions: {
        params: {
          owners: ['user:default/mia.moved', 'group:default/team-payments'],
        },
      },
    });
  });

  it('allows nothing but reading while the catalog does not answer', async () => {
    const silent = SlipwayPolicy.create({
      model: RoleModel.create({ administrators: [], roles: [], changes: [] }),
      people: {
        identityOf: async () => {
          throw new ServiceUnavailableError('no answer');
        },
      },
    });
    expect(
      await silent.handle(
        { permission: permission('catalog.entity.read', 'read', ENTITY) },
        sam,
      ),
    ).toEqual(allowed);
    await expect(
      silent.handle(
        { permission: permission('catalog.entity.create', 'create') },
        sam,
      ),
    ).rejects.toThrow('no answer');
  });

  it('makes nobody an administrator by default', async () => {
    const noAdministrators = policyOf({ administrators: [] });
    expect(
      await noAdministrators.handle(
        { permission: permission('catalog.location.delete', 'delete') },
        nora,
      ),
    ).toEqual(denied);
  });
});
