import fc from 'fast-check';
import {
  DATABASE_NAME_MAX_LENGTH,
  explainDatabaseName,
  explainEnvironmentName,
  isDatabaseName,
  RESERVED_DATABASE_NAMES,
  suggestDatabaseName,
} from './names';

const holds =
  <T>(property: fc.IProperty<T>) =>
  () =>
    fc.assert(property, { numRuns: 2000 });

describe('explainDatabaseName', () => {
  it.each(['orders-db', 'a1b', 'orders', 'o-r-d-e-r-s', 'a'.repeat(40)])(
    'takes %s',
    name => {
      expect(explainDatabaseName(name)).toBeUndefined();
    },
  );

  it.each([
    ['', 'is empty. Give it a name such as "orders-db".'],
    ['ab', 'is 2 characters long. Make it at least 3.'],
    ['a'.repeat(41), 'is 41 characters long. Shorten it to at most 40.'],
    [
      'Orders DB',
      'contains "O". Use only the letters a to z, digits and hyphens, for example "orders-db".',
    ],
    [
      'orders db',
      'contains a space. Use only the letters a to z, digits and hyphens, for example "orders-db".',
    ],
    [
      'orders.db',
      'contains ".". Use only the letters a to z, digits and hyphens, for example "orders-db".',
    ],
    [
      'orders"; drop database postgres; --',
      'contains a double quote. Use only the letters a to z, digits and hyphens, for example "orders-drop-database-postgres".',
    ],
    [
      'orders🚢',
      'contains the character U+1F6A2. Use only the letters a to z, digits and hyphens, for example "orders".',
    ],
    [
      'ordérs',
      'contains the character U+00E9. Use only the letters a to z, digits and hyphens, for example "orders".',
    ],
    ['1orders', 'begins with "1". Begin with a letter, for example "orders".'],
    [
      'orders-',
      'ends with a hyphen. End with a letter or a digit, for example "orders".',
    ],
    [
      'orders--db',
      'contains two hyphens in a row. Use one, for example "orders-db".',
    ],
    [
      'postgres',
      'is "postgres", which is reserved. Say what the database holds, for example "orders-db".',
    ],
    [
      'pg-orders',
      'begins with "pg-", which is reserved. Choose another beginning.',
    ],
  ])('refuses %p', (name, message) => {
    expect(explainDatabaseName(name)).toBe(message);
  });

  it('refuses every reserved name', () => {
    expect(RESERVED_DATABASE_NAMES.filter(isDatabaseName)).toEqual([]);
  });

  it('lets nothing through that an engine, a shell or an address would read otherwise', () => {
    expect(
      holds(
        fc.property(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.string({ unit: 'grapheme' }),
          ),
          name => {
            const sentence = explainDatabaseName(name);
            if (sentence === undefined) {
              return (
                /^[a-z](-?[a-z0-9])+$/.test(name) &&
                name.length <= DATABASE_NAME_MAX_LENGTH
              );
            }
            // Fit for a log and a screen, and always with the way out.
            return /^[\x20-\x7e]+\. [A-Z][\x20-\x7e]+\.$/.test(sentence);
          },
        ),
      ),
    ).not.toThrow();
  });
});

describe('suggestDatabaseName', () => {
  it('only suggests what would be taken', () => {
    expect(
      holds(
        fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), input => {
          const name = suggestDatabaseName(input);
          return name === undefined || isDatabaseName(name);
        }),
      ),
    ).not.toThrow();
  });

  it('leaves a good name as it is', () => {
    const names = fc
      .stringMatching(/^[a-z](-?[a-z0-9]){2,19}$/)
      .filter(isDatabaseName);
    expect(
      holds(fc.property(names, name => suggestDatabaseName(name) === name)),
    ).not.toThrow();
  });
});

describe('explainEnvironmentName', () => {
  it('takes names of environments and refuses others', () => {
    expect(explainEnvironmentName('staging')).toBeUndefined();
    expect(explainEnvironmentName('eu-1')).toBeUndefined();
    expect(explainEnvironmentName('')).toMatch(/empty/);
    expect(explainEnvironmentName('a'.repeat(23))).toMatch(/at most 22/);
    expect(explainEnvironmentName('pro.d')).toMatch(/not the name/);
    expect(explainEnvironmentName('prod-')).toMatch(/not the name/);
  });
});
