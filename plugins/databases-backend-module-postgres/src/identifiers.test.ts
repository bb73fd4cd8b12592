import fc from 'fast-check';
import {
  personalRoleName,
  quoteName,
  quoteText,
  tenantNames,
  toExternalName,
} from './identifiers';

const holds =
  <T>(property: fc.IProperty<T>) =>
  () =>
    fc.assert(property, { numRuns: 1000 });

describe('identifiers', () => {
  it('fit Postgres whatever the name was', () => {
    expect(
      holds(
        fc.property(fc.uuid(), fc.string({ unit: 'binary' }), (id, name) => {
          const names = tenantNames(toExternalName({ id, name }));
          return [
            names.database,
            names.platform,
            names.owner,
            names.rw,
            names.ro,
            ...Object.values(names.logins),
          ].every(n => /^"[a-z][a-z0-9_]{2,62}"$/.test(quoteName(n)));
        }),
      ),
    ).not.toThrow();
  });

  it('name a person and nothing that Postgres keeps for itself', () => {
    expect(personalRoleName('user:default/nora.lind', '1')).toMatch(
      /^nora\.lind_[0-9a-f]{10}$/,
    );
    expect(personalRoleName('user:default/pg_monitor', '1')).toMatch(/^pg-mon/);
    expect(
      holds(
        fc.property(fc.string({ unit: 'binary' }), fc.uuid(), (person, id) =>
          /^"(?!pg_)[a-z0-9][a-z0-9._-]{2,62}"$/.test(
            quoteName(personalRoleName(person, id)),
          ),
        ),
      ),
    ).not.toThrow();
  });

  it.each(['', 'a"b', 'a b', 'Robert', "x'; --", 'a\0b', 'ä'.repeat(9)])(
    'does not quote %j',
    name => {
      expect(() => quoteName(name)).toThrow(/not allowed/);
      expect(() => tenantNames(name)).toThrow(/may only hold/);
    },
  );

  it('quotes text so that it stays text', () => {
    expect(quoteText(`it's \\ "so"`)).toBe(`E'it''s \\\\ "so"'`);
    expect(() => quoteText('a\0b')).toThrow(/zero byte/);
  });
});
