import fc from 'fast-check';
import {
  personalLoginName,
  quoteDatabase,
  quoteGrantedDatabase,
  quoteLogin,
  tenantNames,
  toExternalName,
} from './identifiers';

describe('identifiers', () => {
  it('fit MariaDB and MySQL whatever the name was', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string({ unit: 'binary' }), (id, name) => {
        const { database, logins } = tenantNames(toExternalName({ id, name }));
        expect(quoteDatabase(database)).toMatch(/^`sw_[a-z0-9_]{2,61}`$/);
        expect(logins.a).not.toBe(logins.b);
        for (const login of Object.values(logins)) {
          expect(quoteLogin(login)).toMatch(/^'[a-z][a-z0-9_]{2,31}'@'%'$/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('name a person', () => {
    expect(personalLoginName('user:default/nora.lind', '1')).toMatch(
      /^nora\.lind_[0-9a-f]{10}$/,
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uuid(), (person, id) => {
        expect(quoteLogin(personalLoginName(person, id))).toMatch(
          /^'[a-z0-9][a-z0-9._-]{2,31}'@'%'$/,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('mean one database where underscores stand for anything', () => {
    expect(quoteGrantedDatabase('sw_a_b_0123456789')).toBe(
      '`sw\\_a\\_b\\_0123456789`',
    );
  });

  it.each(['', 'mysql', 'a`b', "x'; --", 'sw_a_012345678g', 'a\0b'])(
    'does not quote %j',
    name => {
      expect(() => quoteDatabase(name)).toThrow(/not one of ours/);
      expect(() => tenantNames(name)).toThrow(/may only hold/);
    },
  );

  it.each(['', "a'b", 'a b', 'Robert', 'a`b', 'ä'.repeat(9)])(
    'does not quote the login %j',
    name => {
      expect(() => quoteLogin(name)).toThrow(/not allowed/);
    },
  );
});
