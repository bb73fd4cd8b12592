import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { loadConfigSchema } from '@backstage/config-loader';
import { pruneSchema } from './pruneSchema.mjs';

/** Every value that is to be found begins with `hush`. */
const data = {
  app: { title: 'Lighthouse' },
  backend: {
    auth: {
      externalAccess: [
        { type: 'static', options: { token: 'hush-1', subject: 'ci' } },
        { type: 'jwks', options: { url: 'https://keys.example.com' } },
        { type: 'legacy', options: { secret: 'hush-2', subject: 'old' } },
      ],
      keys: [{ secret: 'hush-3' }],
    },
    cache: { store: 'redis', connection: 'hush-4' },
    database: {
      client: 'pg',
      connection: { host: 'db.example.com', user: 'u', password: 'hush-5' },
      plugin: { catalog: { connection: { password: 'hush-6' } } },
    },
  },
  auth: {
    session: { secret: 'hush-7' },
    providers: {
      oidc: { production: { clientId: 'portal', clientSecret: 'hush-8' } },
      github: { production: { clientId: 'portal', clientSecret: 'hush-9' } },
    },
  },
  integrations: {
    github: [
      {
        host: 'github.com',
        token: 'hush-10',
        apps: [
          {
            appId: 1,
            clientId: 'x',
            clientSecret: 'hush-11',
            webhookSecret: 'hush-12',
            privateKey: 'hush-13',
          },
        ],
      },
    ],
    gitea: [{ host: 'git.example.com', username: 'u', password: 'hush-14' }],
  },
  databases: {
    sealing: { keys: [{ id: '2026', key: 'hush-15' }] },
    providers: {
      postgres: [
        {
          id: 'shared',
          title: 'Shared',
          environments: ['development'],
          connection: { host: 'h', user: 'u', password: 'hush-16' },
        },
      ],
    },
  },
  techdocs: {
    publisher: {
      type: 'awsS3',
      awsS3: {
        bucketName: 'docs',
        credentials: { accessKeyId: 'hush-17', secretAccessKey: 'hush-18' },
      },
    },
  },
};

/** The values that a schema takes for secret, in order. */
async function secretsOf(serialized) {
  const schema = await loadConfigSchema({ serialized });
  const [{ data: found }] = schema.process([{ data, context: 'test' }], {
    visibility: ['secret'],
    ignoreSchemaErrors: true,
  });
  const values = [];
  JSON.stringify(found, (_, value) => {
    if (typeof value === 'string') {
      values.push(value);
    }
    return value;
  });
  return values.sort();
}

describe('pruneSchema', () => {
  let serialized;
  before(async () => {
    const dependencies = globSync('{packages,plugins}/*/package.json').map(
      path => JSON.parse(readFileSync(path, 'utf8')).name,
    );
    serialized = (await loadConfigSchema({ dependencies })).serialize();
  });

  it('finds the same secrets as the whole schema', async () => {
    const pruned = {
      ...serialized,
      schemas: serialized.schemas.map(schema => ({
        ...schema,
        value: pruneSchema(schema.value),
      })),
    };
    const found = await secretsOf(pruned);
    assert.deepEqual(found, await secretsOf(serialized));
    for (const value of JSON.stringify(data).match(/hush-\d+/g)) {
      assert.ok(found.includes(value), value);
    }
    assert.ok(!found.includes('Lighthouse'));
    const sizeOf = value => JSON.stringify(value).length;
    assert.ok(sizeOf(pruned) < sizeOf(serialized) / 2);
  });

  it('does not take a plain property for an additional one', () => {
    assert.deepEqual(
      pruneSchema({
        type: 'object',
        required: ['title'],
        properties: { title: { type: 'string' } },
        additionalProperties: { type: 'string', visibility: 'secret' },
      }),
      {
        type: 'object',
        properties: { title: true },
        additionalProperties: { type: 'string', visibility: 'secret' },
      },
    );
  });

  it('keeps a choice whole, since what is chosen decides what is secret', () => {
    const schema = {
      anyOf: [
        {
          type: 'object',
          required: ['kind'],
          properties: { kind: { const: 'open' }, value: { type: 'string' } },
        },
        {
          type: 'object',
          properties: { value: { type: 'string', visibility: 'secret' } },
        },
      ],
    };
    assert.deepEqual(pruneSchema(schema), schema);
  });

  it('leaves nothing of a schema without secrets', () => {
    assert.equal(pruneSchema({ type: 'object', properties: { a: {} } }), true);
  });
});
