import { newPassword, World } from './World';

/** @internal */
export function registerCredentialTests(current: () => World): void {
  describe('credentials', () => {
    it('stages a login that works, and again with the same result', async () => {
      const world = current();
      const { target } = await world.provision();
      const login = { slot: 'a', password: newPassword() } as const;
      const { credentials } = world.provider;
      const first = await credentials.stage(target, login, world.context());
      const second = await credentials.stage(target, login, world.context());
      expect(second).toEqual(first);
      const session = await world.connect({ ...second, ...login });
      await session.write('order-1', 'a stove');
      expect(await session.read('order-1')).toBe('a stove');
      expect(JSON.stringify(first)).not.toContain(login.password);
    });

    it('verifies by logging in, working and being refused next door', async () => {
      const world = current();
      await world.activate(await world.provision());
      const { target } = await world.provision();
      const login = { slot: 'a', password: newPassword() } as const;
      const { credentials } = world.provider;
      await credentials.stage(target, login, world.context());
      const before = await world.harness.inventory();
      const good = await credentials.verify(target, login);
      expect(good).toMatchObject({ passed: true });
      expect(good.checks.length).toBeGreaterThanOrEqual(3);
      expect(await world.harness.inventory()).toEqual(before);

      const bad = await credentials.verify(target, {
        slot: 'a',
        password: 'wrong',
      });
      expect(bad.passed).toBe(false);
      expect(JSON.stringify([good, bad])).not.toContain(login.password);
    });

    it('keeps neighbours out', async () => {
      const world = current();
      const [one, two] = [await world.provision(), await world.provision()];
      const first = await world.activate(one);
      const second = await world.activate(two);
      expect(
        await world.isRefused({ ...first, endpoint: second.endpoint }),
      ).toBe(true);
      expect(
        await world.isRefused({ ...second, endpoint: first.endpoint }),
      ).toBe(true);
      expect(await world.isRefused(first)).toBe(false);
    });

    it('changes logins in turn without a moment in which none works', async () => {
      const world = current();
      const subject = await world.provision();
      const { credentials } = world.provider;
      const old = await world.activate(subject, 'a');
      const oldSession = await world.connect(old);
      await oldSession.write('order-1', 'two tents');

      const password = newPassword();
      const next = await credentials.stage(
        subject.target,
        { slot: 'b', password },
        world.context(),
      );
      expect(next.username).not.toBe(old.username);
      expect(await world.isRefused(old)).toBe(false);
      const nextSession = await world.connect({ ...next, password });
      expect(await nextSession.read('order-1')).toBe('two tents');
      await nextSession.write('order-1', 'three tents');
      expect(await oldSession.read('order-1')).toBe('three tents');

      await credentials.activate(subject.target, 'b', world.context());
      await credentials.retire(subject.target, 'a', world.context());
      await credentials.retire(subject.target, 'a', world.context());
      expect(await oldSession.isAlive()).toBe(false);
      expect(await world.isRefused(old)).toBe(true);
      expect(await nextSession.isAlive()).toBe(true);
      const seen = await world.provider.observe(subject.target);
      expect(
        seen.logins.map(({ slot, enabled, active }) => [slot, enabled, active]),
      ).toEqual([
        ['a', false, false],
        ['b', true, true],
      ]);
    });

    it('tells who uses which login, where the server tells', async () => {
      const world = current();
      const { sessions } = world.provider.credentials;
      if (!sessions) return;
      const [one, two] = [await world.provision(), await world.provision()];
      const login = await world.activate(one, 'a');
      await world.activate(two, 'a');
      const count = async (targets = [one.target, two.target]) =>
        (await sessions(targets)).map(each => [
          each.targetId,
          each.slot,
          each.sessions,
        ]);
      expect(await count()).toEqual([]);
      const session = await world.connect(login);
      await world.connect(login);
      expect(await count()).toEqual([[one.target.id, 'a', 2]]);
      expect(await count([two.target])).toEqual([]);
      expect(await count([])).toEqual([]);
      expect(JSON.stringify(await sessions([one.target]))).not.toContain(
        login.password,
      );
      await session.close();
    });

    it('never takes the last working login away', async () => {
      const world = current();
      const subject = await world.provision();
      const login = await world.activate(subject, 'a');
      const { credentials } = world.provider;
      await expect(
        credentials.retire(subject.target, 'a', world.context()),
      ).rejects.toMatchObject({ name: 'TerminalError' });
      await expect(
        credentials.stage(
          subject.target,
          { slot: 'a', password: newPassword() },
          world.context(),
        ),
      ).rejects.toMatchObject({ name: 'TerminalError' });
      await expect(
        credentials.activate(subject.target, 'b', world.context()),
      ).rejects.toMatchObject({ name: 'TerminalError' });
      expect(await world.isRefused(login)).toBe(false);

      // The same password again is what a repeated step does.
      await expect(
        credentials.stage(
          subject.target,
          { slot: 'a', password: login.password },
          world.context(),
        ),
      ).resolves.toMatchObject({ username: login.username });
    });

    it('revokes everything at once in an emergency, and recovers', async () => {
      const world = current();
      const subject = await world.provision();
      const { credentials } = world.provider;
      const login = await world.activate(subject, 'a');
      const session = await world.connect(login);
      await credentials.revokeAll(subject.target, world.context());
      await credentials.revokeAll(subject.target, world.context());
      expect(await session.isAlive()).toBe(false);
      expect(await world.isRefused(login)).toBe(true);

      const fresh = await world.activate(subject, 'b');
      expect(await world.isRefused(fresh)).toBe(false);
      expect(await world.isRefused(login)).toBe(true);
    });
  });
}
