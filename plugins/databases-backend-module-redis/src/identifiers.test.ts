import { nameOutside } from '@slipway/plugin-databases-node';
import fc from 'fast-check';
import { ownPattern, personalLoginName, tenantNames } from './identifiers';

describe('names on the server', () => {
  it('holds no sign that means something in a pattern, whatever was ordered', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string(), (id, name) => {
        const database = nameOutside({ id, name });
        expect(ownPattern(database)).toMatch(/^[a-z0-9_]+:\*$/);
        expect(tenantNames(database).logins.a).toBe(`${database}_a`);
      }),
    );
  });

  it.each(['orders*_0123456789', 'a b_0123456789', 'orders', 'slipway', ''])(
    'does not take %p',
    name => {
      expect(() => tenantNames(name)).toThrow(/lowercase letters/);
    },
  );

  it('names logins after people', () => {
    expect(personalLoginName('user:default/nora.lind', 'x')).toMatch(
      /^nora\.lind_[0-9a-f]{10}$/,
    );
  });
});
