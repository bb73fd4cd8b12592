import { randomUUID } from 'node:crypto';
import { PersonalLoginAccess } from '@slipway/plugin-databases-common';
import { newPassword, Subject, World } from './World';

async function grant(
  world: World,
  subject: Subject,
  access: PersonalLoginAccess,
  options?: { person?: string; expiresAt?: Date },
) {
  const login = {
    loginId: randomUUID(),
    person: options?.person ?? 'user:default/nora.lind',
    access,
    expiresAt: options?.expiresAt ?? new Date(Date.now() + 3_600_000),
    password: newPassword(),
  };
  const { personal } = world.provider.credentials;
  const first = await personal.grant(subject.target, login, world.context());
  const again = await personal.grant(subject.target, login, world.context());
  expect(again).toEqual(first);
  return { ...login, ...first };
}

/** @internal */
export function registerPersonalLoginTests(current: () => World): void {
  describe('personal logins', () => {
    it('lets a person look but not change', async () => {
      const world = current();
      const subject = await world.provision();
      const app = await world.connect(await world.activate(subject));
      const login = await grant(world, subject, 'read-only');
      await app.write('order-1', 'two tents');
      const session = await world.connect(login);
      expect(await session.read('order-1')).toBe('two tents');
      await expect(session.write('order-1', 'none')).rejects.toThrow();
      expect(await app.read('order-1')).toBe('two tents');
    });

    it('lets a person change data where that was asked for', async () => {
      const world = current();
      const subject = await world.provision();
      const app = await world.connect(await world.activate(subject));
      await app.write('order-1', 'two tents');
      const session = await world.connect(
        await grant(world, subject, 'read-write'),
      );
      await session.write('order-1', 'one tent');
      expect(await app.read('order-1')).toBe('one tent');
    });

    it('lets a person make tables where that was asked for, which outlive the login', async () => {
      const world = current();
      const subject = await world.provision();
      const login = await grant(world, subject, 'schema');
      const session = await world.connect(login);
      await session.write('order-1', 'two tents');
      const { personal } = world.provider.credentials;
      await personal.revoke(subject.target, login.loginId, world.context());
      expect(await world.isRefused(login)).toBe(true);

      const app = await world.connect(await world.activate(subject));
      expect(await app.read('order-1')).toBe('two tents');
      await app.write('order-1', 'one tent');
      const reader = await world.connect(
        await grant(world, subject, 'read-only'),
      );
      expect(await reader.read('order-1')).toBe('one tent');
    });

    it('is named after the person and shown with its end', async () => {
      const world = current();
      const subject = await world.provision();
      const expiresAt = new Date(Date.now() + 7_200_000);
      const login = await grant(world, subject, 'read-only', { expiresAt });
      await world.connect(login);
      expect(login.username).toMatch(/nora.lind/);
      const seen = await world.provider.observe(subject.target);
      expect(seen.personalLogins).toEqual([
        {
          loginId: login.loginId,
          username: login.username,
          access: 'read-only',
          expiresAt,
          sessions: 1,
        },
      ]);
    });

    it('keeps a person out of the neighbour and of other logins', async () => {
      const world = current();
      const [one, two] = [await world.provision(), await world.provision()];
      const mine = await grant(world, one, 'schema');
      const theirs = await grant(world, two, 'schema');
      expect(mine.username).not.toBe(theirs.username);
      expect(
        await world.isRefused({ ...mine, endpoint: theirs.endpoint }),
      ).toBe(true);
    });

    it('ends at its time', async () => {
      const world = current();
      const subject = await world.provision();
      const login = await grant(world, subject, 'read-only', {
        expiresAt: new Date(Date.now() - 1_000),
      });
      expect(await world.isRefused(login)).toBe(true);
    });

    it('ends its sessions when revoked, and nobody else’s', async () => {
      const world = current();
      const subject = await world.provision();
      const app = await world.connect(await world.activate(subject));
      const one = await grant(world, subject, 'read-only');
      const other = await grant(world, subject, 'read-only', {
        person: 'user:default/sam.okafor',
      });
      const session = await world.connect(one);
      const others = await world.connect(other);
      const { personal } = world.provider.credentials;
      await personal.revoke(subject.target, one.loginId, world.context());
      await personal.revoke(subject.target, one.loginId, world.context());
      expect(await session.isAlive()).toBe(false);
      expect(await world.isRefused(one)).toBe(true);
      expect(await others.isAlive()).toBe(true);
      expect(await app.isAlive()).toBe(true);
    });

    it('is removed when the database is suspended', async () => {
      const world = current();
      const subject = await world.provision();
      const login = await grant(world, subject, 'read-only');
      await world.provider.suspend(subject.target, world.context());
      expect(await world.isRefused(login)).toBe(true);
      await world.provider.resume(subject.target, world.context());
      expect(await world.isRefused(login)).toBe(true);
      const seen = await world.provider.observe(subject.target);
      expect(seen.personalLogins).toEqual([]);
    });
  });
}
