import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { DurableResources, migrate } from '@slipway/operations';
import { loadPolicies } from '@slipway/plugin-policies-common';
import createKnex, { type Knex } from 'knex';
import { policyText } from '../src/__testUtils__/folders';
import { startOutside, type Outside } from '../src/__testUtils__/outside';
import { putInForce } from '../src/database/sets';
import { storeFindings } from '../src/database/storeFindings';
import { getWaiver } from '../src/database/waivers';
import { waiverMachine } from '../src/machine';

const SERVER = process.env.BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING;
if (!SERVER) {
  throw new Error(
    'Set BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING to a Postgres 18 on which databases may be made',
  );
}
const name = `policies_crash_${randomUUID().slice(0, 8)}`;
const connection = Object.assign(new URL(SERVER), {
  pathname: `/${name}`,
}).href;
const child = require.resolve('../src/__testUtils__/crashChild.ts');
const transform = require.resolve('@backstage/cli/config/nodeTransform.cjs');
const ORDERS = 'group:default/team-orders';
const PAYMENTS = 'group:default/team-payments';

let admin: Knex;
let knex: Knex;
let outside: Outside;
let resources: DurableResources;

before(async () => {
  admin = createKnex({ client: 'pg', connection: SERVER });
  await admin.raw('CREATE DATABASE ??', [name]);
  knex = createKnex({ client: 'pg', connection });
  await migrate(knex, {
    directory: path.resolve(__dirname, '../migrations'),
    tableName: 'knex_migrations',
  });
  resources = await DurableResources.create({
    knex,
    machines: [waiverMachine],
  });
  const files = [{ location: 'x', file: 'a.yaml', text: policyText() }];
  const { digest } = loadPolicies(files);
  await putInForce(knex, { digest, files, params: {}, policies: 1 }, []);
  outside = await startOutside();
});

after(async () => {
  await outside?.stop();
  await knex?.destroy();
  await admin?.raw('DROP DATABASE IF EXISTS ?? WITH (FORCE)', [name]);
  await admin?.destroy();
});

interface Work {
  what: string;
  /** The waiver, or the key with which one is asked for. */
  waiver?: string;
  request?: object;
}

function run({ what, waiver, request }: Work, killAt = 0) {
  return new Promise<{ signal: string | null; points: string[] }>(
    (resolve, reject) => {
      const started = spawn(process.execPath, ['--require', transform, child], {
        env: {
          ...process.env,
          CONNECTION: connection,
          OUTSIDE: outside.url,
          WHAT: what,
          WAIVER: waiver ?? '',
          REQUEST: JSON.stringify(request ?? {}),
          KILL_AT: String(killAt),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      started.stdout.on('data', data => (out += data));
      started.stderr.on('data', data => (err += data));
      const watchdog = setTimeout(() => {
        started.kill('SIGKILL');
        reject(new Error(`did not end in two minutes: ${out}${err}`));
      }, 120_000);
      started.on('exit', (code, signal) => {
        clearTimeout(watchdog);
        if (code) reject(new Error(err));
        else resolve({ signal, points: out.match(/^point .*$/gm) ?? [] });
      });
    },
  );
}

/**
 * Does some work as a whole, then kills a process at each point that it came by, and lets another do the same work after each.
 */
async function killAtEach<T>(options: {
  least: number;
  prepare: () => Promise<Work & T>;
  judge: (made: Work & T, at: string) => Promise<void>;
}) {
  const { least, prepare, judge } = options;
  // What came before is handed over by then.
  await run(await prepare());
  const clean = await prepare();
  const { points } = await run(clean);
  await judge(clean, 'nowhere');
  assert.ok(points.length >= least, points.join('\n'));
  for (const [index, label] of points.entries()) {
    const made = await prepare();
    const killed = await run(made, index + 1);
    assert.equal(killed.signal, 'SIGKILL', `was not tried: ${label}`);
    await run(made);
    try {
      await judge(made, label);
    } catch (error) {
      throw new Error(`Killed at ${label}`, { cause: error });
    }
  }
  process.stdout.write(`${points.length} points tried\n`);
}

const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString();
const request = (thing = 'orders') => ({
  policy: 'encrypted',
  scope: { kind: 'DatabaseRequest', name: thing, environment: 'production' },
  owner: ORDERS,
  reason: 'The old client cannot.',
  expiresAt: inDays(30),
});

/** What was left waiting is looked at no more, and stands in the way of no other. */
const endAll = () =>
  knex('policy_waivers').whereNull('ended_at').update({ ended_at: new Date() });

/** A waiver that waits for a decision, or was granted; the only one, or one besides. */
async function requested(
  state: 'pending' | 'approved' = 'pending',
  besides?: string,
) {
  if (!besides) await endAll();
  const key = randomUUID();
  await run({ what: 'request', waiver: key, request: request(besides) });
  const { result } = await knex('operations_idempotency')
    .where({ key })
    .first('result');
  const { id } = result as { id: string };
  if (state === 'approved') {
    outside.decide(id, 'approved');
    await run({ what: 'look' });
  }
  return id;
}
const changes = async (id: string) =>
  (await resources.listEvents({ resourceId: id })).map(
    ({ type, data }) => data.to ?? type,
  );

/** Told once; twice when the process died between the telling and its note. The same scope replaces what was told. */
function assertTold(scope: string, at: string) {
  const told = outside.notifications.filter(
    ({ payload }) => payload.scope === scope,
  );
  const isBetween =
    at.endsWith('after notifications/send') ||
    / before (COMMIT|UPDATE)/.test(at);
  assert.ok(
    told.length === 1 || (told.length === 2 && isBetween),
    `${scope} was told ${told.length} times`,
  );
}

describe('a process killed while it works on waivers', () => {
  beforeEach(async () => {
    outside.reset();
    await endAll();
  });

  it('has asked for one, and asked those who decide once', () =>
    killAtEach({
      least: 6,
      prepare: async () => {
        await endAll();
        return {
          what: 'request',
          waiver: randomUUID(),
          request: request(),
        };
      },
      async judge({ waiver: key }) {
        const { result } = await knex('operations_idempotency')
          .where({ key })
          .first('result');
        const record = await getWaiver(knex, result.id);
        assert.equal(record.state, 'requested');
        const approvals = outside.approvalsOf(record.id);
        assert.equal(approvals.length, 1);
        assert.equal(record.approval_id, approvals[0].id);
        assert.deepEqual(await changes(record.id), ['resource.created']);
        const unasked = await knex('policy_waivers')
          .whereNotIn(
            'id',
            knex('operations_idempotency')
              .whereRaw(`result->>'id' IS NOT NULL`)
              .select(knex.raw(`(result->>'id')::uuid`)),
          )
          .select('id');
        assert.deepEqual(unasked, []);
      },
    }));

  it('has taken over a decision once', () =>
    killAtEach({
      least: 4,
      async prepare() {
        const waiver = await requested();
        outside.decide(waiver, 'approved');
        return { what: 'look', waiver };
      },
      async judge({ waiver }) {
        const record = await getWaiver(knex, waiver!);
        assert.equal(record.state, 'granted');
        assert.ok(record.granted_at);
        assert.deepEqual(await changes(waiver!), [
          'resource.created',
          'granted',
        ]);
      },
    }));

  it('has taken one back, with the question', () =>
    killAtEach({
      least: 4,
      prepare: async () => ({ what: 'withdraw', waiver: await requested() }),
      async judge({ waiver }) {
        assert.equal((await getWaiver(knex, waiver!)).state, 'withdrawn');
        assert.equal(outside.approvalsOf(waiver!)[0].state, 'withdrawn');
        assert.deepEqual(await changes(waiver!), [
          'resource.created',
          'withdrawn',
        ]);
      },
    }));

  it('has ended one, and told its owner', () =>
    killAtEach({
      least: 4,
      prepare: async () => ({
        what: 'end',
        waiver: await requested('approved'),
      }),
      async judge({ waiver }, at) {
        assert.equal((await getWaiver(knex, waiver!)).state, 'ended');
        assert.deepEqual(await changes(waiver!), [
          'resource.created',
          'granted',
          'ended',
        ]);
        assertTold(`policies/waiver/${waiver}`, at);
      },
    }));

  it('has marked what ended by itself, and told its owner', () =>
    killAtEach({
      least: 6,
      async prepare() {
        const waiver = await requested('approved');
        const waiting = await requested('pending', 'basket');
        await knex('policy_waivers')
          .whereIn('id', [waiver, waiting])
          .update({ expires_at: new Date() });
        return { what: 'expire', waiver, waiting };
      },
      async judge({ waiver, waiting }, at) {
        for (const id of [waiver!, waiting]) {
          assert.equal((await getWaiver(knex, id)).state, 'expired');
          assert.equal((await changes(id)).at(-1), 'expired');
        }
        assert.equal(outside.approvalsOf(waiting)[0].state, 'withdrawn');
        assertTold(`policies/waiver/${waiver}`, at);
        assert.ok(
          !outside.notifications.some(({ payload }) =>
            payload.scope.includes(waiting),
          ),
        );
      },
    }));
});

const database = (id: string, owner: string, encrypted = false) => ({
  id,
  request: {
    kind: 'DatabaseRequest',
    object: { name: id, environment: 'production', owner, encrypted },
  },
});

describe('a process killed while it sweeps', () => {
  beforeEach(() => outside.reset());

  it('is followed by another that doubles and loses nothing, and tells owners', () =>
    killAtEach({
      least: 16,
      async prepare() {
        outside.reset();
        outside.things = [
          database('one', ORDERS),
          database('fine', ORDERS, true),
          database('two', PAYMENTS),
          database('three', ORDERS),
          database('four', PAYMENTS),
        ];
        for (const table of [
          'violations',
          'looks',
          'sweeps',
          'checks',
          'days',
        ]) {
          await knex(`policy_${table}`).delete();
        }
        // Something that a sweep before has seen, and that is there no more.
        await storeFindings(knex, 0, [
          {
            source: 'outside',
            object: database('gone', ORDERS),
            findings: [
              {
                policy: 'encrypted',
                title: 'Encryption',
                digest: '',
                mode: 'deny',
                validation: 0,
                message: 'It is not encrypted.',
                reason: 'r',
                comply: 'c',
                failed: false,
              },
            ],
          },
        ]);
        await knex('policy_violations').update({ told_at: new Date() });
        return { what: 'sweep' };
      },
      async judge(_, at) {
        const open = await knex('policy_violations')
          .whereNull('resolved_at')
          .orderBy('object_id')
          .select('object_id', 'told_at');
        assert.deepEqual(
          open.map(each => each.object_id),
          ['four', 'one', 'three', 'two'],
        );
        assert.ok(open.every(each => each.told_at));
        const [days] = await knex('policy_days').sum({
          checked: 'checked',
          violating: 'violating',
        });
        assert.deepEqual({ ...days }, { checked: '5', violating: '4' });
        const sweeps = await knex('policy_sweeps')
          .orderBy('number')
          .select('ended_at', 'error');
        assert.ok(sweeps.every(each => each.ended_at));
        assert.equal(sweeps.filter(each => !each.error).length, 1);
        for (const owner of [ORDERS, PAYMENTS]) {
          assertTold(`policies/violations/${owner}`, at);
        }
      },
    }));
});
