import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { ResponseError } from '@backstage/errors';
import {
  AuthorizeResult,
  createPermission,
  type Permission,
} from '@backstage/plugin-permission-common';
import { RoleModel } from '@slipway/plugin-access-common';
import { SlipwayPolicy } from '../policy/SlipwayPolicy';
import { createOpenPermissions } from './openPermissions';
import { ShortPermissions } from './ShortPermissions';

const read = createPermission({
  name: 'catalog.entity.read',
  attributes: { action: 'read' },
  resourceType: 'catalog-entity',
});
const remove = createPermission({
  name: 'catalog.entity.delete',
  attributes: { action: 'delete' },
  resourceType: 'catalog-entity',
});
const sam = { credentials: mockCredentials.user('user:default/sam.okafor') };

const policy = SlipwayPolicy.create({
  model: RoleModel.create({ administrators: [], roles: [], changes: [] }),
  people: { identityOf: async () => undefined },
});
const isOpen = (permission: Permission) => policy.isOpen(permission);

function setup() {
  const asked = mockServices.permissions.mock({
    authorize: async requests =>
      requests.map(() => ({ result: AuthorizeResult.DENY })),
    authorizeConditional: async queries =>
      queries.map(() => ({ result: AuthorizeResult.DENY })),
  });
  const open = createOpenPermissions();
  const permissions = ShortPermissions.create({
    auth: mockServices.auth(),
    open,
    permissions: asked,
  });
  return { asked, open, permissions };
}

describe('ShortPermissions', () => {
  it('asks nobody about what the policy gives to everyone', async () => {
    const { asked, open, permissions } = setup();
    open.set(isOpen);

    expect(
      await permissions.authorize(
        [
          { permission: read, resourceRef: 'component:default/a' },
          { permission: read, resourceRef: 'component:default/b' },
        ],
        sam,
      ),
    ).toEqual([{ result: 'ALLOW' }, { result: 'ALLOW' }]);
    expect(
      await permissions.authorizeConditional([{ permission: read }], sam),
    ).toEqual([{ result: 'ALLOW' }]);
    expect(asked.authorize).not.toHaveBeenCalled();
    expect(asked.authorizeConditional).not.toHaveBeenCalled();
  });

  it('says why it cannot be known, in the words of who was asked', async () => {
    const { asked, open, permissions } = setup();
    open.set(isOpen);
    const sentence = 'The catalog does not say whether you are still in it.';
    asked.authorize.mockRejectedValue(
      await ResponseError.fromResponse(
        Response.json(
          { error: { name: 'ServiceUnavailableError', message: sentence } },
          { status: 503 },
        ),
      ),
    );
    await expect(
      permissions.authorize([{ permission: remove, resourceRef: 'a' }], sam),
    ).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining(sentence),
    });
  });

  it('asks about what everyone may that is more than to read', async () => {
    const { open, permissions } = setup();
    open.set(isOpen);
    const create = createPermission({
      name: 'catalog.entity.create',
      attributes: { action: 'create' },
    });

    expect(await permissions.authorize([{ permission: create }], sam)).toEqual([
      { result: 'DENY' },
    ]);
  });

  it('asks about a batch as a whole when it holds anything else', async () => {
    const { asked, open, permissions } = setup();
    open.set(isOpen);
    const queries = [{ permission: read }, { permission: remove }];

    expect(await permissions.authorizeConditional(queries, sam)).toEqual([
      { result: 'DENY' },
      { result: 'DENY' },
    ]);
    expect(asked.authorizeConditional).toHaveBeenCalledWith(queries, sam);
  });

  it.each([
    ['a plugin', mockCredentials.service()],
    ['nobody', mockCredentials.none()],
  ])('asks when the caller is %s', async (_, credentials) => {
    const { open, permissions } = setup();
    open.set(isOpen);

    expect(
      await permissions.authorizeConditional([{ permission: read }], {
        credentials,
      }),
    ).toEqual([{ result: 'DENY' }]);
  });

  it('asks about everything until our policy is installed', async () => {
    const { permissions } = setup();
    expect(
      await permissions.authorizeConditional([{ permission: read }], sam),
    ).toEqual([{ result: 'DENY' }]);
  });
});
