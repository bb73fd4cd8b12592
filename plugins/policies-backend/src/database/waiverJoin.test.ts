import { TestDatabases } from '@backstage/backend-test-utils';
import type { PolicyFinding } from '@slipway/plugin-policies-common';
import fc from 'fast-check';
import type { Knex } from 'knex';
import { migrate } from '@slipway/operations';
import path from 'node:path';
import { listViolations } from './listViolations';
import { storeFindings } from './storeFindings';
import { coverFindings, findCovering } from './waiversInForce';

jest.setTimeout(120_000);

const oneOf = (...words: string[]) => fc.constantFrom(...words);
const maybe = (...words: string[]) =>
  fc.option(oneOf(...words), { nil: undefined, freq: 2 });

const thing = fc.record({
  name: oneOf('orders', 'basket'),
  owner: maybe('group:default/a', 'group:default/b'),
  environment: maybe('production', 'staging'),
  entityRef: maybe('resource:default/x', 'resource:default/y'),
  field: maybe('size', 'name'),
});
const waiver = fc
  .record({
    policy: oneOf('one', 'one', 'one', 'two'),
    kind: oneOf('DatabaseRequest', 'DatabaseRequest', 'Component'),
    field: maybe('size', 'name'),
    name: maybe('orders', 'basket'),
    owner: maybe('group:default/a', 'group:default/b'),
    environment: maybe('production', 'staging'),
    entityRef: maybe('resource:default/x', 'resource:default/y'),
    hours: fc.constantFrom(-1, 1, 2),
    state: oneOf('waiting', 'granted', 'granted', 'ended'),
  })
  .filter(({ name, owner, entityRef }) => Boolean(name ?? owner ?? entityRef));

describe('which waiver covers what', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let knex: Knex;

  beforeAll(async () => {
    knex = await databases.init('POSTGRES_18');
    await migrate(knex, {
      directory: path.resolve(__dirname, '../../migrations'),
      tableName: 'knex_migrations',
    });
  });

  it('is the same for a request and in a list, whatever they say', async () => {
    let covered = 0;
    await fc.assert(
      fc.asyncProperty(
        thing,
        fc.array(waiver, { minLength: 1, maxLength: 10 }),
        async (about, waivers) => {
          await knex.raw(
            'TRUNCATE policy_waivers, policy_violations RESTART IDENTITY',
          );
          for (const each of waivers) {
            await knex.raw(
              `INSERT INTO policy_waivers (id, policy, policy_title, policy_digest, field, scope_kind, scope_name,
                  scope_owner, scope_entity_ref, scope_environment, owner, reason, requester, created_at, expires_at,
                  approval_digest, granted_at, ended_at)
                VALUES (gen_random_uuid(), :policy, 't', 'd', :field, :kind, :name, :owner, :entityRef, :environment,
                  'group:default/a', 'r', 'user:default/u', now(),
                  date_trunc('hour', now()) + :hours * interval '1 hour' + random() * interval '1 minute', 'x',
                  CASE WHEN :state <> 'waiting' THEN now() END, CASE WHEN :state = 'ended' THEN now() END)`,
              Object.fromEntries(
                [
                  'policy',
                  'field',
                  'kind',
                  'name',
                  'owner',
                  'entityRef',
                  'environment',
                  'hours',
                  'state',
                ].map(key => [key, each[key as keyof typeof each] ?? null]),
              ) as never,
            );
          }
          const finding: PolicyFinding = {
            policy: 'one',
            title: 't',
            digest: 'd',
            mode: 'deny',
            validation: 0,
            field: about.field,
            message: 'm',
            reason: 'r',
            comply: 'c',
            failed: false,
          };
          const { name, owner, environment, entityRef } = about;
          await storeFindings(knex, 1, [
            {
              source: 'test',
              object: {
                id: 'x',
                request: {
                  kind: 'DatabaseRequest',
                  object: {},
                  name,
                  owner,
                  environment,
                  entityRef,
                },
              },
              findings: [finding],
            },
          ]);
          const [judged] = coverFindings(
            [finding],
            await findCovering(knex, ['one'], {
              kind: 'DatabaseRequest',
              name,
              owner,
              environment,
              entityRef,
            }),
          );
          const { items } = await listViolations(knex, {
            sort: 'age',
            offset: 0,
            limit: 10,
          });
          expect(items[0].waivedBy).toEqual(judged.waivedBy);
          if (judged.waivedBy) covered += 1;
        },
      ),
      { numRuns: 500, endOnFailure: true },
    );
    // Otherwise nothing would have been compared.
    expect(covered).toBeGreaterThan(5);
  });
});
