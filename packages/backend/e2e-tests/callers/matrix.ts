import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { beyondLimits } from './beyondLimits.ts';
import { Callers } from './Callers.ts';
import {
  refusedCallers,
  varyingCallers,
  type Caller,
  type Case,
  type Expected,
  type PluginCases,
} from './cases.ts';
import type { Contract } from './contracts.ts';
import { changed } from './Tables.ts';
import type { Sent, World } from './World.ts';

/** What the tests of the matrix are made of. */
export interface Matrix {
  getWorld(): World;
  contracts: Contract[];
  /** By plugin; filled before the tests run. */
  plugins: Map<string, PluginCases>;
  pluginIds: string[];
}

/**
 * Routes of Backstage's that ours only stand before, to ask the policies or a git host: Backstage's own check the caller and what is sent, and answer. They
 * have no contract of ours.
 */
const PASSED_ON = new Set([
  'packages/backend POST /v1/sessions/:sessionId/:answer(approve|reject)',
  'plugins/catalog-backend-module-slipway DELETE /entities/by-uid/:uid',
  'plugins/catalog-backend-module-slipway DELETE /entities/unprocessed/delete/:uid',
  'plugins/catalog-backend-module-slipway GET /locations/:id',
  'plugins/catalog-backend-module-slipway POST /.backstage/actions/:version/actions/:actionId/invoke',
  'plugins/catalog-backend-module-slipway POST /analyze-location',
  'plugins/catalog-backend-module-slipway POST /locations',
  'plugins/scaffolder-backend-module-slipway ALL /v2/tasks/:taskId',
  'plugins/scaffolder-backend-module-slipway ALL /v2/tasks/:taskId/*',
  'plugins/scaffolder-backend-module-slipway GET /v2/tasks/:taskId/events',
  'plugins/scaffolder-backend-module-slipway GET /v2/tasks/:taskId/eventstream',
  'plugins/scaffolder-backend-module-slipway POST /v2/tasks',
  'plugins/scaffolder-backend-module-slipway POST /v2/tasks/:taskId/retry',
  'plugins/scaffolder-backend-module-slipway USE /v2/tasks/:taskId',
]);

/** That nobody serves what is described nowhere, and somebody says what each caller gets. */
export function completenessTests({
  getWorld,
  contracts,
  plugins,
  pluginIds,
}: Matrix): void {
  test('every route that is served is in an OpenAPI file, and the other way round', async () => {
    const served = await getWorld().portal.routes();
    assert.deepEqual(
      distinct(
        served
          .map(each => `${each.package} ${each.method} ${each.path}`)
          .filter(route => !PASSED_ON.has(route)),
      ),
      distinct(
        contracts.flatMap(contract =>
          contract.operations.map(
            ({ method, path }) =>
              `${contract.package} ${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
          ),
        ),
      ),
    );
  });

  for (const pluginId of pluginIds) {
    test(`somebody says what the callers of each route of ${pluginId} get`, () => {
      assert.deepEqual(
        distinct(plugins.get(pluginId)!.cases.map(({ route }) => route)),
        distinct(operationsOf(contracts, pluginId).map(({ route }) => route)),
      );
    });
  }
}

/** That who is refused is refused as expected, and has changed nothing. */
export function refusalTests({ getWorld, plugins, pluginIds }: Matrix): void {
  for (const pluginId of pluginIds) {
    test(`${pluginId} refuses whom it should, and then nothing has changed`, async () => {
      const world = getWorld();
      const wrong: string[] = [];
      let hashes = await world.tables.hashes();
      const { cases } = plugins.get(pluginId)!;
      const callers = new Callers(world, pluginId, plugins.get(pluginId)!);
      let cells = 0;
      for (const one of cases) {
        for (const [caller, expected] of refusals(one)) {
          const answer = await callers.send(one, caller);
          const now = await world.tables.hashes();
          const cell = `${nameOf(one)} as ${caller}`;
          if (answer.status !== expected) {
            wrong.push(
              `${cell}: ${answer.status}, not ${expected}: ${answer.text.slice(0, 300)}`,
            );
          }
          if (!JSON.parse(answer.text || '{}').error?.name) {
            wrong.push(`${cell}: says nothing: ${answer.text}`);
          }
          const tables = changed(hashes, now);
          if (tables.length > 0) {
            wrong.push(`${cell}: changed ${tables.join(', ')}`);
          }
          hashes = now;
          cells += 1;
        }
      }
      assert.deepEqual(wrong, []);
      assert.ok(cells >= cases.length * Object.keys(refusedCallers).length);
    });
  }
}

/** What is wrong with a request that somebody may not make at all. */
const nonsense: Record<string, Partial<Sent>> = {
  'broken JSON': { body: '{"' },
  'a body that fits nothing': { body: { fits: ['nothing'] } },
  'a key that is too long': {
    headers: { 'idempotency-key': 'k'.repeat(300) },
  },
};

/** That nobody is told what is wrong with a request that they may not make. */
export function secrecyTests({
  getWorld,
  contracts,
  plugins,
  pluginIds,
}: Matrix): void {
  for (const pluginId of pluginIds) {
    test(`${pluginId} tells those whom it refuses nothing about what they sent`, async () => {
      const world = getWorld();
      const wrong: string[] = [];
      const { cases } = plugins.get(pluginId)!;
      const callers = new Callers(world, pluginId, plugins.get(pluginId)!);
      const changing = operationsOf(contracts, pluginId)
        .filter(({ method, hasBody }) => method !== 'GET' && hasBody)
        .map(({ route }) => route);
      for (const one of cases.filter(({ route }) => changing.includes(route))) {
        for (const [caller, expected] of refusals(one)) {
          if (one.byContent?.some(each => each === caller)) continue;
          for (const [what, sent] of Object.entries(nonsense)) {
            const { status, text } = await callers.send(one, caller, sent);
            if (status !== expected) {
              wrong.push(
                `${nameOf(one)} with ${what} as ${caller}: ${status}, not ${expected}: ${text.slice(0, 300)}`,
              );
            }
          }
        }
      }
      assert.deepEqual(wrong, []);
    });
  }
}

/** That nothing beyond the limits of a contract is taken, not even from who may. */
export function limitTests({
  getWorld,
  contracts,
  plugins,
  pluginIds,
}: Matrix): void {
  for (const pluginId of pluginIds) {
    test(`${pluginId} takes nothing beyond its limits`, async () => {
      const world = getWorld();
      const wrong: string[] = [];
      const { cases } = plugins.get(pluginId)!;
      const callers = new Callers(world, pluginId, plugins.get(pluginId)!);
      const before = await world.tables.hashes();
      for (const operation of operationsOf(contracts, pluginId)) {
        const one = cases.find(({ route }) => route === operation.route)!;
        // Who may: nobody else is told what is wrong with what they send.
        const [caller] = welcomes(one)
          .map(([each]) => each)
          .toSorted(byRight);
        const path = one.send?.(world, caller).path ?? operation.path;
        for (const each of beyondLimits(operation, path)) {
          const answer = await callers.send(one, caller, each.sent);
          if (!each.statuses.includes(answer.status)) {
            wrong.push(
              `${operation.route} with ${each.what} as ${caller}: ${answer.status}, not ${each.statuses}: ${answer.text.slice(0, 300)}`,
            );
          }
        }
      }
      assert.deepEqual(wrong, []);
      assert.deepEqual(changed(before, await world.tables.hashes()), []);
    });
  }
}

/** That who may is let in. To be called after the others: it changes what they look at. */
export function welcomeTests({ getWorld, plugins, pluginIds }: Matrix): void {
  for (const pluginId of pluginIds) {
    test(`${pluginId} lets in whom it should`, async () => {
      const world = getWorld();
      const wrong: string[] = [];
      const callers = new Callers(world, pluginId, plugins.get(pluginId)!);
      for (const one of plugins.get(pluginId)!.cases) {
        for (const [caller, expected] of welcomes(one)) {
          let answer = await callers.send(one, caller);
          // Agents act for people, who together ask for more than one person does in a minute.
          for (let waits = 0; answer.status === 429 && waits < 3; waits += 1) {
            await sleep(Number(answer.headers.get('retry-after')) * 1_000);
            answer = await callers.send(one, caller);
          }
          if (![expected].flat().includes(answer.status)) {
            wrong.push(
              `${nameOf(one)} as ${caller}: ${answer.status}, not ${expected}: ${answer.text.slice(0, 300)}`,
            );
          }
        }
      }
      assert.deepEqual(wrong, []);
    });
  }
}

function operationsOf(contracts: Contract[], pluginId: string) {
  return contracts
    .filter(contract => contract.pluginId === pluginId)
    .flatMap(({ operations }) => operations);
}

/** Who is refused, with the status. */
function refusals(one: Case): [Caller, number][] {
  return [
    ...(Object.entries(refusedCallers) as [Caller, number][]),
    ...varyingCallers.flatMap((caller): [Caller, number][] => {
      const expected = one.expect[caller === 'client' ? 'agent' : caller];
      return typeof expected === 'number' && expected >= 400
        ? [[caller, expected]]
        : [];
    }),
  ];
}

/** Who is let in, with the status or those that it may be. */
function welcomes(one: Case): [Caller, Expected][] {
  return varyingCallers.flatMap((caller): [Caller, Expected][] => {
    const expected = one.expect[caller === 'client' ? 'agent' : caller];
    return typeof expected === 'number' && expected >= 400
      ? []
      : [[caller, expected]];
  });
}

/** The administrator first, then services. */
function byRight(one: Caller, other: Caller): number {
  const rank = (caller: Caller) =>
    ['administrator', 'service', 'owner', caller].indexOf(caller);
  return rank(one) - rank(other);
}

function nameOf({ route, about }: Case): string {
  return about ? `${route} (${about})` : route;
}

function distinct(names: string[]): string[] {
  return [...new Set(names)].sort();
}
