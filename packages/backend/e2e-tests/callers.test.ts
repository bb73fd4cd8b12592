import { after, before, describe } from 'node:test';
import { actionTests } from './callers/actions.ts';
import type { PluginCases } from './callers/cases.ts';
import { readCases, readContracts } from './callers/contracts.ts';
import {
  completenessTests,
  limitTests,
  refusalTests,
  secrecyTests,
  welcomeTests,
  type Matrix,
} from './callers/matrix.ts';
import { mcpTests } from './callers/mcp.ts';
import { rateTests } from './callers/rates.ts';
import { sessionTests } from './callers/sessions.ts';
import { World } from './callers/World.ts';

/**
 * Every route of ours, called by everybody: what each gets, and that who is refused has changed nothing. The routes come
 * from the OpenAPI files and from what is really served; what is expected is in `callers/plugins`, a file for each plugin.
 */
describe('callers', () => {
  let world: World;
  const getWorld = () => world;
  const contracts = readContracts();
  const pluginIds = [...new Set(contracts.map(each => each.pluginId))];
  const plugins = new Map<string, PluginCases>();
  const matrix: Matrix = { getWorld, contracts, plugins, pluginIds };

  before(async () => {
    for (const pluginId of pluginIds) {
      plugins.set(pluginId, await readCases(pluginId));
    }
    world = await World.create(pluginIds);
    for (const { prepare } of plugins.values()) {
      await prepare?.(world);
    }
    for (const who of ['owner', 'administrator'] as const) {
      await world.agent(who);
    }
    await world.quiet();
  });

  after(() => world?.close());

  completenessTests(matrix);
  refusalTests(matrix);
  secrecyTests(matrix);
  limitTests(matrix);
  actionTests(matrix);
  sessionTests(getWorld);
  mcpTests(getWorld);
  welcomeTests(matrix);
  rateTests(getWorld);
});
