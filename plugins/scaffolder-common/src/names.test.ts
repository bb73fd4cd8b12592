import {
  databaseNameOf,
  explainOwnerName,
  explainRepositoryName,
  explainServiceName,
} from '.';
import { isDatabaseName } from '@slipway/plugin-databases-common';

describe('explainServiceName', () => {
  it.each(['orders', 'a1b', 'x'.repeat(37)])(
    'takes %s, whose database can be named after it',
    name => {
      expect(explainServiceName(name)).toBeUndefined();
      expect(isDatabaseName(databaseNameOf(name))).toBe(true);
    },
  );

  it.each([
    ['', /is empty.*a name/],
    [
      'postgres',
      /is "postgres", which is reserved. Say what the service does, for example "orders"/,
    ],
    ['pg-orders', /begins with "pg-", which is reserved/],
    ['kube-system', /begins with "kube-", which Kubernetes keeps/],
    ['Orders', /contains "O".*for example "orders"/],
    ['x'.repeat(38), /is 38 characters long. Shorten it to at most 37/],
  ])('explains %j', (name, sentence) => {
    expect(explainServiceName(name)).toMatch(sentence);
  });
});

describe('explainRepositoryName', () => {
  it.each(['orders', 'Orders_2.0', 'orders-api-v2', 'a'.repeat(100)])(
    'takes %s',
    name => {
      expect(explainRepositoryName(name)).toBeUndefined();
    },
  );

  it.each(['wiki', 'CON', 'orders.git', 'orders.wiki'])(
    'says that hosts keep %s',
    name => {
      expect(explainRepositoryName(name)).toMatch(/keep for themselves/);
    },
  );

  it.each([
    '',
    'a'.repeat(101),
    'a b',
    '-a',
    'a--b',
    'a._b',
    'a..b',
    'a.',
    'ü',
  ])('explains %j', name => {
    expect(explainRepositoryName(name)).toBeDefined();
  });
});

describe('explainOwnerName', () => {
  it.each(['acme', 'acme/fleet'])('takes %s', owner => {
    expect(explainOwnerName(owner)).toBeUndefined();
  });
  it.each(['', '../x', 'a b', 'a//b'])('explains %j', owner => {
    expect(explainOwnerName(owner)).toMatch(/owner/);
  });
});
