import { newPassword, World } from './World';

/** @internal */
export function registerLifecycleTests(current: () => World): void {
  describe('lifecycle', () => {
    it('says what it lacks instead of faking it', () => {
      const { provider } = current();
      const capabilities = provider.capabilities();
      expect(provider.backup !== undefined).toBe(capabilities.backup);
      expect(provider.restore !== undefined).toBe(capabilities.restore);
      expect(provider.clone !== undefined).toBe(capabilities.clone);
      expect(capabilities.versions.length).toBeGreaterThan(0);
      expect(capabilities.environments.length).toBeGreaterThan(0);
      expect(
        capabilities.enforced.filter(limit =>
          capabilities.observed.includes(limit),
        ),
      ).toEqual([]);
    });

    it('takes the spec that it serves and refuses other engines and places', async () => {
      const { provider, harness } = current();
      const spec = harness.spec('orders-db');
      await expect(provider.validate(spec)).resolves.toEqual([]);
      const problems = await provider.validate({
        ...spec,
        version: '0.1',
        environment: 'nowhere',
      });
      expect(problems.map(problem => problem.field).sort()).toEqual([
        'environment',
        'version',
      ]);
    });

    it('names things the same each time and differently for each id', () => {
      const world = current();
      const [one, two] = [world.order('orders-db'), world.order('orders-db')];
      expect(one.target.externalName).not.toBe(two.target.externalName);
      expect(
        world.provider.externalName({ id: one.target.id, name: 'orders-db' }),
      ).toBe(one.target.externalName);
    });

    it('plans without making anything', async () => {
      const world = current();
      const before = await world.harness.inventory();
      const { target, spec } = world.order();
      const plan = await world.provider.plan(target, spec);
      expect(plan.items.length).toBeGreaterThan(0);
      expect(plan.items.every(item => item.change === 'create')).toBe(true);
      await world.provider.estimate(spec);
      await expect(world.provider.observe(target)).resolves.toMatchObject({
        status: 'absent',
        doneSteps: [],
      });
      expect(await world.harness.inventory()).toEqual(before);
    });

    it('makes a database in steps that can be stopped at and repeated', async () => {
      const world = current();
      const subject = world.order();
      const { target, spec } = subject;
      const steps = world.provider.steps(spec);
      for (const [index, step] of steps.entries()) {
        await world.provider.ensure(step.id, subject, world.context());
        await world.provider.ensure(step.id, subject, world.context());
        const seen = await world.provider.observe(target, { spec });
        expect(seen.doneSteps).toEqual(
          steps.slice(0, index + 1).map(({ id }) => id),
        );
        expect(seen.status).toBe(
          index + 1 === steps.length ? 'present' : 'partial',
        );
      }
      const made = await world.harness.inventory();
      const context = world.context();
      await world.ensureAll(subject, context);
      const repeated = await world.harness.inventory();
      await world.ensureAll(subject, context);
      expect(await world.harness.inventory()).toEqual(repeated);
      expect(repeated.length).toBe(made.length);
      expect(await world.provider.observe(target, { spec })).toMatchObject({
        status: 'present',
        drift: [],
        endpoint: { database: expect.any(String) },
      });
    });

    it('makes one database when two workers make the same', async () => {
      const world = current();
      const subject = world.order();
      const context = world.context();
      await Promise.all([
        world.ensureAll(subject, context),
        world.ensureAll(subject, context),
      ]);
      await expect(
        world.provider.observe(subject.target, { spec: subject.spec }),
      ).resolves.toMatchObject({ status: 'present', drift: [] });
      const owned = await world.provider.listOwned();
      expect(owned.filter(({ id }) => id === subject.target.id)).toHaveLength(
        1,
      );
    });

    it('makes many at once', async () => {
      const world = current();
      const subjects = Array.from({ length: 6 }, () => world.order());
      await Promise.all(subjects.map(subject => world.ensureAll(subject)));
      const owned = (await world.provider.listOwned()).map(({ id }) => id);
      expect(owned).toEqual(
        expect.arrayContaining(subjects.map(({ target }) => target.id)),
      );
    });

    it('sees a changed spec as drift and applies it', async () => {
      const world = current();
      const { target, spec } = await world.provision();
      const limits = {
        ...spec.limits,
        connectionLimit: spec.limits.connectionLimit + 1,
      };
      const next = { ...spec, limits };
      const before = await world.provider.observe(target, { spec: next });
      expect(before.drift.map(drift => drift.what)).toEqual([
        'connection-limit',
      ]);
      await world.ensureAll({ target, spec: next });
      const after = await world.provider.observe(target, { spec: next });
      expect(after.drift).toEqual([]);
    });

    it('tells who is connected to a database and to no other, where the engine does', async () => {
      const world = current();
      const { provider } = world;
      if (!provider.sessions) return;
      const [subject, neighbour] = [
        await world.provision(),
        await world.provision(),
      ];
      expect(await provider.sessions(subject.target)).toEqual([]);
      const from = Date.now();
      const login = await world.activate(subject);
      const one = await world.connect(login);
      const other = await world.connect(login);
      await world.connect(await world.activate(neighbour));
      const seen = await provider.sessions(subject.target);
      expect(seen).toHaveLength(2);
      for (const session of seen) {
        expect(session).toMatchObject({
          username: login.username,
          kind: 'application',
        });
        expect(session.address).toMatch(/^(127\.0\.0\.1|::1|localhost)$/);
        // Clocks of a server are read in whole seconds at times.
        expect(session.since.getTime()).toBeGreaterThan(from - 2_000);
        expect(session.since.getTime()).toBeLessThan(Date.now() + 2_000);
      }
      await one.close();
      await provider.suspend(subject.target, world.context());
      expect(await other.isAlive()).toBe(false);
      expect(await provider.sessions(subject.target)).toEqual([]);
    });

    it('suspends and resumes without losing data', async () => {
      const world = current();
      const { target } = await world.provision();
      const login = await world.activate({ target, spec: world.order().spec });
      const session = await world.connect(login);
      await session.write('order-1', 'two tents');

      await world.provider.suspend(target, world.context());
      await world.provider.suspend(target, world.context());
      expect(await session.isAlive()).toBe(false);
      expect(await world.isRefused(login)).toBe(true);
      expect((await world.provider.observe(target)).suspended).toBe(true);

      await world.provider.resume(target, world.context());
      await world.provider.resume(target, world.context());
      expect((await world.provider.observe(target)).suspended).toBe(false);
      const again = await world.connect(login);
      expect(await again.read('order-1')).toBe('two tents');
    });

    it('does not open a login while suspended', async () => {
      const world = current();
      const subject = await world.provision();
      await world.activate(subject);
      await world.provider.suspend(subject.target, world.context());
      const staged = world.provider.credentials.stage(
        subject.target,
        { slot: 'b', password: newPassword() },
        world.context(),
      );
      await expect(staged).rejects.toMatchObject({ name: 'TerminalError' });
    });

    it('removes all that it made, and only that, also while it is in use', async () => {
      const world = current();
      const neighbour = await world.provision();
      await world.activate(neighbour);
      const before = await world.harness.inventory();

      const subject = await world.provision();
      const login = await world.activate(subject);
      const session = await world.connect(login);
      await session.write('order-1', 'two tents');
      await world.provider.destroy(subject.target, world.context());

      expect(await session.isAlive()).toBe(false);
      expect(await world.harness.inventory()).toEqual(before);
      await world.provider.destroy(subject.target, world.context());
      await expect(
        world.provider.observe(subject.target),
      ).resolves.toMatchObject({ status: 'absent' });
    });

    it('removes what was made in part', async () => {
      const world = current();
      const before = await world.harness.inventory();
      const steps = world.provider.steps(world.order().spec);
      for (let made = 0; made < steps.length; made++) {
        const subject = world.order();
        for (const step of steps.slice(0, made)) {
          await world.provider.ensure(step.id, subject, world.context());
        }
        await world.provider.destroy(subject.target, world.context());
        expect(await world.harness.inventory()).toEqual(before);
      }
    });
  });
}
