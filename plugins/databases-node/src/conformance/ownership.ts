import { randomUUID } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { WriteContext } from '../provider';
import { newPassword, Subject, World } from './World';

/** Every call that changes something, by name. */
function writes(
  world: World,
  subject: Subject,
): Record<string, (context: WriteContext) => Promise<unknown>> {
  const { provider } = world;
  const { target, spec } = subject;
  const { credentials } = provider;
  const password = newPassword();
  const loginId = randomUUID();
  const ensures = provider
    .steps(spec)
    .map(
      step =>
        [
          `ensure ${step.id}`,
          (context: WriteContext) => provider.ensure(step.id, subject, context),
        ] as const,
    );
  return {
    ...Object.fromEntries(ensures),
    adopt: context => provider.adopt(target, context),
    nameOwner: context =>
      provider.nameOwner(target, 'group:default/others', context),
    stage: context =>
      credentials.stage(target, { slot: 'b', password }, context),
    activate: context => credentials.activate(target, 'a', context),
    retire: context => credentials.retire(target, 'b', context),
    grant: context =>
      credentials.personal.grant(
        target,
        {
          loginId,
          person: 'user:default/nora.lind',
          access: 'read-only',
          expiresAt: new Date(Date.now() + 3_600_000),
          password,
        },
        context,
      ),
    revoke: context => credentials.personal.revoke(target, loginId, context),
    revokeAll: context => credentials.revokeAll(target, context),
    suspend: context => provider.suspend(target, context),
    resume: context => provider.resume(target, context),
    destroy: context => provider.destroy(target, context),
    ...(provider.backup && {
      backup: context =>
        provider.backup!(target, new PassThrough().resume(), context),
    }),
    ...(provider.restore && {
      restore: context => {
        const content = Readable.from([Buffer.from('not a dump')]);
        return provider.restore!(target, { format: 'any', content }, context);
      },
    }),
  };
}

/** @internal */
export function registerOwnershipTests(current: () => World): void {
  describe('ownership', () => {
    it('never alters what does not bear its marker', async () => {
      const world = current();
      const subject = world.order();
      const { externalName } = subject.target;
      await world.harness.createUnmarked(externalName);
      try {
        const before = await world.harness.inventory();
        await expect(
          world.provider.observe(subject.target),
        ).resolves.toMatchObject({ status: 'foreign' });
        for (const [name, write] of Object.entries(writes(world, subject))) {
          const outcome = await write(world.context()).then(
            () => 'done',
            error => error.name,
          );
          expect([name, outcome]).toEqual([name, 'TerminalError']);
        }
        expect(await world.harness.inventory()).toEqual(before);
        const owned = await world.provider.listOwned();
        expect(owned.map(o => o.externalName)).not.toContain(externalName);
      } finally {
        await world.harness.removeUnmarked(externalName);
      }
    });

    it('does not take what bears the marker of another', async () => {
      const world = current();
      const mine = await world.provision();
      await world.activate(mine);
      const before = await world.harness.inventory();
      const thief = {
        target: { ...mine.target, id: randomUUID() },
        spec: mine.spec,
      };
      for (const [name, write] of Object.entries(writes(world, thief))) {
        const outcome = await write(world.context()).then(
          () => 'done',
          error => error.name,
        );
        expect([name, outcome]).toEqual([name, 'TerminalError']);
      }
      expect(await world.harness.inventory()).toEqual(before);
    });

    it('refuses a worker that was overtaken', async () => {
      const world = current();
      const subject = await world.provision();
      await world.activate(subject);
      await world.provider.adopt(subject.target, world.context(10_000n));
      const before = await world.harness.inventory();
      for (const [name, write] of Object.entries(writes(world, subject))) {
        const outcome = await write(world.context(9_999n)).then(
          () => 'done',
          error => error.name,
        );
        expect([name, outcome]).toEqual([name, 'StaleFenceError']);
      }
      expect(await world.harness.inventory()).toEqual(before);
    });

    it('does not let a worker that was overtaken make a deleted database again', async () => {
      const world = current();
      const before = await world.harness.inventory();
      const subject = await world.provision();
      await world.provider.destroy(subject.target, world.context(20_000n));
      await expect(
        world.ensureAll(subject, world.context(19_999n)),
      ).rejects.toMatchObject({ name: 'StaleFenceError' });
      expect(await world.harness.inventory()).toEqual(before);
    });

    it('lists what it owns with what the portal needs to know it again', async () => {
      const world = current();
      const { target, spec } = await world.provision();
      expect(await world.provider.listOwned()).toContainEqual({
        id: target.id,
        externalName: target.externalName,
        name: spec.name,
        environment: spec.environment,
        owner: spec.owner,
        fence: expect.any(BigInt),
      });
    });

    it('names another owner, which no session notices', async () => {
      const world = current();
      const subject = await world.provision();
      const session = await world.connect(await world.activate(subject));
      const { target } = subject;
      const owners = async () =>
        (await world.provider.listOwned())
          .filter(({ id }) => id === target.id)
          .map(({ owner }) => owner);
      for (const owner of ['group:default/others', subject.spec.owner]) {
        await world.provider.nameOwner(target, owner, world.context());
        await world.provider.nameOwner(target, owner, world.context());
        expect(await owners()).toEqual([owner]);
      }
      await world.provider.suspend(target, world.context());
      await world.provider.nameOwner(target, 'group:b/c', world.context());
      expect(await owners()).toEqual(['group:b/c']);
      const seen = await world.provider.observe(target);
      expect(seen).toMatchObject({ status: 'present', suspended: true });
      await world.provider.resume(target, world.context());
      expect(await session.isAlive()).toBe(false);
    });

    it('adopts what bears its marker and nothing else', async () => {
      const world = current();
      const subject = await world.provision();
      const context = world.context();
      await expect(
        world.provider.adopt(subject.target, context),
      ).resolves.toMatchObject({ status: 'present', fence: context.fence });
      await expect(
        world.provider.adopt(world.order().target, world.context()),
      ).rejects.toMatchObject({ name: 'TerminalError' });
    });
  });
}
