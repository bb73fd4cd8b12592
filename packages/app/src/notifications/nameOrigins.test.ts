import { nameOrigins } from './nameOrigins';

const one = (origin: string, topic?: string) => ({
  id: '1',
  user: 'user:default/sam',
  created: new Date(0),
  origin,
  payload: { title: 'Something', topic },
});

it.each([
  ['plugin:approvals', 'approvals', 'Approvals', undefined],
  ['plugin:policies', 'policies', 'Compliance', undefined],
  ['plugin:scaffolder', undefined, 'Golden paths', undefined],
  ['external:ci-runner', 'nightly', 'Ci runner', 'nightly'],
])('calls %s about %s "%s", about %s', async (origin, topic, name, shown) => {
  const api = nameOrigins({
    getNotification: async () => one(origin, topic),
    getNotifications: async () => ({
      notifications: [one(origin, topic)],
      totalCount: 1,
    }),
  } as never);
  const named = { origin: name, payload: { title: 'Something', topic: shown } };
  expect(await api.getNotification('1')).toMatchObject(named);
  expect(await api.getNotifications()).toMatchObject({
    notifications: [named],
    totalCount: 1,
  });
});
