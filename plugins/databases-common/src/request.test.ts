import { InputError } from '@backstage/errors';
import { parseInput } from '@slipway/input';
import fc from 'fast-check';
import { createDatabaseRequestSchema, databaseRequestSchema } from './request';

const good = {
  name: 'orders-db',
  engine: 'postgres',
  size: 'small',
  environment: 'development',
  owner: 'team-orders',
};

/** The refusal, or an empty text when the value is taken. */
const refusal = (value: unknown): string => {
  try {
    parseInput(databaseRequestSchema, value);
  } catch (error) {
    if (error instanceof InputError) {
      return error.message;
    }
    throw error;
  }
  return '';
};

describe('databaseRequestSchema', () => {
  it('takes a request and writes the owner in full', () => {
    expect(parseInput(databaseRequestSchema, good)).toEqual({
      ...good,
      owner: 'group:default/team-orders',
    });
    expect(
      parseInput(databaseRequestSchema, {
        ...good,
        version: '18',
        description: 'Orders and their lines.',
      }),
    ).toMatchObject({ version: '18', description: 'Orders and their lines.' });
  });

  it('names what an installation offers, and nothing else', () => {
    const here = createDatabaseRequestSchema({
      engines: ['postgres'],
      sizes: [],
    });
    const wrong = { ...good, engine: 'oracle', size: 'huge' };
    expect(() => parseInput(here, wrong)).toThrow(
      'engine is not known. Choose one of postgres. size is not known, and none is offered here. Ask the platform team.',
    );
  });

  it.each([
    [{ name: undefined }, 'name is missing. Give the database a name.'],
    [{ name: 123 }, 'name is not text. Give the database a name.'],
    [{ owner: null }, /^owner is not text\. Give the group/],
    [{ name: 'new' }, /^name is "new", which is reserved\./],
    [
      { engine: 'oracle' },
      'engine is not known. Choose one of postgres, mysql, mongodb, redis.',
    ],
    [
      { size: 'huge' },
      'size is not known. Choose one of small, medium, large, xlarge.',
    ],
    [{ environment: 'Prod!' }, /^environment is not the name of/],
    [{ owner: 'user:default/nora.lind' }, /^owner is not the reference of a/],
    [{ owner: 'a/b/c:d' }, /^owner is not the reference of a group\. Give/],
    [{ version: 'latest' }, 'version is not a version. Give one such as "18".'],
    [{ description: 'x'.repeat(301) }, /^description is 301 characters/],
    [{ description: 'two\nlines' }, /^description contains a line break/],
    [
      { sise: 'small' },
      'The request has fields that are not known: "sise". Take them out.',
    ],
  ])('refuses %j', (change, message) => {
    expect(refusal({ ...good, ...change })).toMatch(message);
  });

  it('names every field that is wrong at once', () => {
    const message = refusal({ ...good, name: '', size: 'huge' });
    expect(message).toMatch(/name is empty/);
    expect(message).toMatch(/size is not known/);
  });

  it('refuses whatever else is sent with a sentence', () => {
    const values = fc.jsonValue();
    expect(() =>
      fc.assert(fc.property(values, value => refusal(value).length > 20)),
    ).not.toThrow();
  });
});
