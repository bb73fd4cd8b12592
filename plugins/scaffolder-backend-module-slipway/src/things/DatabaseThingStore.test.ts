import { TestDatabases } from '@backstage/backend-test-utils';
import { createTestThings } from '../__testUtils__/createTestThings';
import type { ThingIntention, ThingStore } from './ThingStore';

jest.setTimeout(60_000);

const intention: ThingIntention = {
  taskId: 'task-1',
  kind: 'repository',
  ref: 'host?owner=o&repo=r',
  title: 'Repository host/o/r',
  createdBy: 'user:default/nora',
};

describe('DatabaseThingStore', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let store: ThingStore;

  beforeAll(async () => {
    ({ store } = await createTestThings(databases));
  });

  it('lets one of many tasks intend the same thing', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        store.intend({ ...intention, ref: 'race', taskId: `racer-${index}` }),
      ),
    );
    expect(outcomes.filter(one => one.status === 'fulfilled')).toHaveLength(1);
    const refusals = outcomes.flatMap(one =>
      one.status === 'rejected' ? [one.reason.name] : [],
    );
    expect(refusals).toEqual(Array(7).fill('ConflictError'));
  });

  it('hands a thing over once', async () => {
    const thing = await store.intend({ ...intention, ref: 'hand-over' });
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map(taskId => store.handOver(thing, taskId)),
    );
    expect(outcomes.filter(one => one.status === 'fulfilled')).toHaveLength(1);
    expect(await store.list('task-1')).toEqual([]);
  });

  it('never forgets what was made', async () => {
    const thing = await store.intend({
      ...intention,
      taskId: 't-2',
      ref: 'made',
    });
    await store.confirm(thing.id, {
      url: 'https://host/o/r',
      details: { a: 1 },
    });
    await store.forget(thing.id);
    expect(await store.list('t-2')).toMatchObject([
      { state: 'made', url: 'https://host/o/r', details: { a: 1 } },
    ]);
  });

  it('lets a name be used again after the thing was removed', async () => {
    const thing = await store.intend({
      ...intention,
      taskId: 't-3',
      ref: 'again',
    });
    await store.setRemoved(thing.id);
    expect(await store.find('repository', 'again')).toBeUndefined();
    const next = await store.intend({
      ...intention,
      taskId: 't-4',
      ref: 'again',
    });
    expect(next.id).not.toBe(thing.id);
    // What comes late for the first changes nothing.
    await store.confirm(thing.id, { details: {} });
    expect((await store.list('t-3'))[0].state).toBe('removed');
  });

  it('gives the newest that was removed to the task that goes on with it', async () => {
    const wanted = { ...intention, ref: 'back' };
    for (const taskId of ['older', 'newer']) {
      const thing = await store.intend({ ...wanted, taskId });
      await store.setRemoved(thing.id);
    }
    expect(await store.find('repository', 'back')).toBeUndefined();
    const removed = await store.findRemoved('repository', 'back');
    expect(removed).toMatchObject({ taskId: 'newer', state: 'removed' });
    const outcomes = await Promise.allSettled([
      store.handOver(removed!, 'a'),
      store.handOver(removed!, 'b'),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
    ]);
    expect(await store.find('repository', 'back')).toMatchObject({
      id: removed!.id,
      state: 'made',
    });
  });
});
