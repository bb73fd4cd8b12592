import { mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { CurrentPeople, REMEMBERED_MS } from './CurrentPeople';

const SAM = 'user:default/sam.okafor';

const sam = (...groups: string[]): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name: 'sam.okafor', namespace: 'default' },
  relations: [
    ...groups.map(group => ({
      type: 'memberOf',
      targetRef: `group:default/${group}`,
    })),
    { type: 'ownerOf', targetRef: 'component:default/orders' },
  ],
});

/** A catalog that knows what `is` says, and a clock that `pass` moves on. */
function setup(is: { entity?: Entity; answer?: () => Promise<void> }) {
  let time = 0;
  const catalog = catalogServiceMock.mock({
    getEntityByRef: async () => {
      await is.answer?.();
      return is.entity;
    },
  });
  const logger = mockServices.logger.mock();
  const people = CurrentPeople.create({
    auth: mockServices.auth(),
    catalog,
    logger,
    now: () => time,
    patienceMs: 50,
  });
  return {
    people,
    logger,
    asked: () => catalog.getEntityByRef.mock.calls.length,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

describe('CurrentPeople', () => {
  it('says in which groups somebody is now', async () => {
    const { people } = setup({ entity: sam('team-orders', 'sre') });
    expect(await people.identityOf(SAM)).toEqual({
      userEntityRef: SAM,
      ownershipEntityRefs: [
        SAM,
        'group:default/team-orders',
        'group:default/sre',
      ],
    });
  });

  it('asks once for many questions, and again after ten seconds', async () => {
    const is: { entity?: Entity } = { entity: sam('team-orders') };
    const { people, asked, pass } = setup(is);
    await Promise.all([people.identityOf(SAM), people.identityOf(SAM)]);
    is.entity = undefined;
    pass(REMEMBERED_MS - 1);
    expect(await people.identityOf(SAM)).toBeDefined();
    expect(asked()).toBe(1);

    pass(1);
    expect(await people.identityOf(SAM)).toBeUndefined();
    expect(asked()).toBe(2);
    expect(REMEMBERED_MS).toBe(10_000);
  });

  it('does not wait for a catalog that does not answer, and asks it again', async () => {
    const is = {
      entity: sam('team-orders'),
      answer: () => new Promise<void>(() => {}),
    };
    const { people, asked, logger } = setup(is);
    await expect(people.identityOf(SAM)).rejects.toThrow(
      'The catalog does not say at the moment whether you are still in it',
    );
    expect(logger.warn).toHaveBeenCalledTimes(1);

    is.answer = async () => {};
    expect(await people.identityOf(SAM)).toBeDefined();
    expect(asked()).toBe(2);
  });

  it('keeps to itself why the catalog failed', async () => {
    const { people } = setup({
      answer: async () => {
        throw new Error('connect ECONNREFUSED catalog.internal:7007');
      },
    });
    const refused = await people.identityOf(SAM).catch(error => error);
    expect(refused.name).toBe('ServiceUnavailableError');
    expect(JSON.stringify([refused, refused.message])).not.toContain(
      'internal',
    );
  });
});
