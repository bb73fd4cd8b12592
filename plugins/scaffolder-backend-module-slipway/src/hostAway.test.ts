import { setUpGoldenPath } from './__testUtils__/setUpGoldenPath';

jest.setTimeout(180_000);

describe('a git host that is away while a service is registered', () => {
  const path = setUpGoldenPath();

  it.each(['busy', 'unreachable'] as const)(
    'is waited for when it is %s, and the task goes on',
    async how => {
      const reading = /^GET \S+\/contents\//;
      const before = path.gitHost.requests.length;
      path.gitHost[how] = reading;
      const ending = path.start(`away-${how}`, { databaseSize: 'none' });
      await path.portal.until(
        async () =>
          path.gitHost.requests
            .slice(before)
            .some(line => reading.test(line)) || undefined,
        'look at the file',
      );
      path.gitHost[how] = undefined;

      const task = await ending;
      expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
      expect(task.log).toMatch(/Not yet: .*catalog-info\.yaml/);
      expect(
        path.gitHost.creations.filter(name => name.endsWith(`away-${how}`)),
      ).toHaveLength(1);
      await path.portal.entity('component', `away-${how}`);
    },
  );
});
