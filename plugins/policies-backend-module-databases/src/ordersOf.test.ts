import type { JsonObject } from '@backstage/types';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { ordersOf } from './ordersOf';

const parameters = {
  name: 'orders',
  owner: 'group:default/team-orders',
  size: 'large',
  where: { 'the-env': 'production' },
  labels: [],
  wanted: true,
};

const withStep = (input: JsonObject, more: JsonObject = {}) => ({
  spec: {
    steps: [
      {
        id: 'db',
        name: 'Order it',
        action: 'platform:database:create',
        input: {
          name: 'orders',
          size: 'small',
          owner: 'team-orders',
          ...input,
        },
        ...more,
      },
    ],
  },
});
const order = {
  name: 'orders',
  engine: 'postgres',
  size: 'small',
  environment: 'development',
  owner: 'team-orders',
};

describe('what a template will order', () => {
  it('is told of our own golden path before it starts', () => {
    const template = parse(
      readFileSync(
        resolve(
          __dirname,
          '../../../templates/typescript-service/template.yaml',
        ),
        'utf8',
      ),
    );
    const of = (databaseSize?: string) =>
      ordersOf(template, {
        ...parameters,
        ...(databaseSize && { databaseSize }),
      });
    expect(of('large')).toEqual({
      orders: [
        {
          name: 'orders-db',
          engine: 'postgres',
          size: 'large',
          environment: 'development',
          owner: 'group:default/team-orders',
          description: 'The database of orders.',
        },
      ],
      untold: [],
    });
    expect(of('none')).toEqual({ orders: [], untold: [] });
    // Not filled in yet.
    expect(of()).toEqual({ orders: [], untold: [] });
  });

  it.each([
    [{}, {}, {}],
    [{ name: '${{ parameters.name }}' }, {}, {}],
    [{ name: 'db-${{parameters.name}}-1' }, {}, { name: 'db-orders-1' }],
    [
      { environment: `\${{ parameters.where['the-env'] }}` },
      {},
      { environment: 'production' },
    ],
    [{ environment: '${{ parameters.none }}' }, {}, {}],
    [{ type: 'redis' }, {}, { engine: 'redis' }],
    [{ description: '${{ parameters.name | upper }}' }, {}, {}],
    [{}, { if: '${{ parameters.wanted }}' }, {}],
    [{}, { if: `\${{ parameters.size == "large" }}` }, {}],
    [{}, { if: '${{ not parameters.none }}' }, {}],
    [{}, { if: null }, {}],
    [{}, { if: 0 }, {}],
  ] as [JsonObject, JsonObject, JsonObject][])(
    'is read from %j, %j',
    (input, more, expected) => {
      expect(ordersOf(withStep(input, more), parameters)).toEqual({
        orders: [{ ...order, ...expected }],
        untold: [],
      });
    },
  );

  it.each([
    { if: false },
    { if: `\${{ parameters.size !== 'large' }}` },
    { if: '${{ parameters.labels }}' },
    { if: '${{ !parameters.wanted }}' },
    { if: '${{ parameters.none.more }}' },
    { if: '' },
  ] as JsonObject[])('is nothing with %j', more => {
    expect(ordersOf(withStep({}, more), parameters)).toEqual({
      orders: [],
      untold: [],
    });
  });

  it.each([
    [{ size: '${{ parameters.size | lower }}' }, {}],
    [{ size: '${{ steps.other.output.size }}' }, {}],
    [{ size: '{% if true %}small{% endif %}' }, {}],
    [{ name: '${{ parameters.name + "-db" }}' }, {}],
    [{ name: '${{ user.entity.metadata.name }}' }, {}],
    [{}, { if: "${{ parameters.size == 'a' or parameters.wanted }}" }],
    [{}, { each: '${{ parameters.labels }}' }],
    [{}, { if: '${{ parameters.labels.length }}' }],
    [{}, { if: '${{ parameters.size.length }}' }],
    [{}, { if: '${{ parameters.constructor }}' }],
  ] as [JsonObject, JsonObject][])(
    'is not guessed from %j, %j',
    (input, more) => {
      expect(ordersOf(withStep(input, more), parameters)).toEqual({
        orders: [],
        untold: ['Order it'],
      });
    },
  );

  it('is nothing for what is no template', () => {
    for (const what of [
      undefined,
      'text',
      [],
      { spec: { steps: [7, null] } },
    ]) {
      expect(ordersOf(what, {})).toEqual({ orders: [], untold: [] });
    }
  });
});
