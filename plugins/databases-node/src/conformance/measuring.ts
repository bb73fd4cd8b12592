import { randomBytes } from 'node:crypto';
import { MeasuredDatabase } from '../measured';
import { World } from './World';

/** Which part of a measurement holds what is told. */
const FIELDS = {
  size: 'sizeBytes',
  sessions: 'sessions',
  'cache-hits': 'cache',
} as const satisfies Record<string, keyof MeasuredDatabase>;

/** @internal */
export function registerMeasuringTests(current: () => World): void {
  describe('measuring', () => {
    const tells = () => current().provider.capabilities().tells ?? [];
    const secret = () => `secret-${randomBytes(6).toString('hex')}`;

    it('tells what it says it tells, and makes up nothing else', async () => {
      const world = current();
      const { provider } = world;
      expect(provider.slowQueries !== undefined).toBe(
        tells().includes('slow-queries'),
      );
      const measured = provider.measure
        ? await provider.measure((await world.provision()).target)
        : {};
      const wrong = Object.entries(FIELDS).filter(
        ([measure, field]) =>
          (measured?.[field] !== undefined) !==
            tells().includes(measure as keyof typeof FIELDS) &&
          // The size may be known only after a while, and is left out until then.
          !(measure === 'size' && measured?.sizeBytes === undefined),
      );
      expect(wrong).toEqual([]);
    });

    it('counts the sessions of its tenant, and not those of a neighbour', async () => {
      const world = current();
      const { provider } = world;
      if (!provider.measure || !tells().includes('sessions')) return;
      const [one, other] = [await world.provision(), await world.provision()];
      const sessionsOf = async ({ target }: typeof one) =>
        (await provider.measure!(target))?.sessions;
      expect(await sessionsOf(one)).toBe(0);
      const login = await world.activate(one);
      const session = await world.connect(login);
      await session.write('a', 'b');
      expect(await sessionsOf(one)).toBeGreaterThan(0);
      expect(await sessionsOf(other)).toBe(0);
    });

    it('tells nothing of what is not there', async () => {
      const world = current();
      if (!world.provider.measure) return;
      const { target } = world.order();
      expect(await world.provider.measure(target)).toBeUndefined();
    });

    it('shows slow statements of this database only, and never a value', async () => {
      const world = current();
      const { provider } = world;
      if (!provider.slowQueries) return;
      const [one, other] = [await world.provision(), await world.provision()];
      const values = [secret(), secret()];
      for (const [index, subject] of [one, other].entries()) {
        const session = await world.connect(await world.activate(subject));
        await session.write('boat', values[index]);
      }
      for (const { target } of [one, other]) {
        const slow = await provider.slowQueries(target, { limit: 20 });
        const text = JSON.stringify(slow);
        expect(values.filter(value => text.includes(value))).toEqual([]);
        expect(
          slow.told ? slow.queries.length <= 20 : /\.$/.test(slow.why),
        ).toBe(true);
      }
    });
  });
}
