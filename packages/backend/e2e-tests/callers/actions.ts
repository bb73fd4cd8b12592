import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Callers } from './Callers.ts';
import { forPeople, refusedCallers, type Caller } from './cases.ts';
import type { Matrix } from './matrix.ts';
import { changed } from './Tables.ts';

const LIST = '/.backstage/actions/v1/actions';

/** What plugins of ours offer to agents: to look, to plan and to request, and nothing that only people may do. */
export function actionTests({ getWorld, plugins, pluginIds }: Matrix): void {
  for (const pluginId of pluginIds) {
    test(`the actions of ${pluginId} destroy nothing, and are for nobody whom its routes refuse`, async () => {
      const world = getWorld();
      const callers = new Callers(world, pluginId, plugins.get(pluginId)!);
      const list = {
        route: `GET ${LIST}`,
        expect: forPeople({ stranger: 200, owner: 200, administrator: 200 }),
      };
      const listed = await callers.send(list, 'client');
      // A plugin that offers none has no such address, or says no before it looks.
      assert.ok([200, 403, 404].includes(listed.status), listed.text);
      const actions: {
        id: string;
        attributes: { destructive: boolean; readOnly: boolean };
      }[] = listed.status === 200 ? listed.json().actions : [];
      // Upstream's own actions of the catalog and the scaffolder are upstream's to describe.
      const ours = ['catalog', 'scaffolder'].includes(pluginId) ? [] : actions;
      const wrong = ours
        .filter(({ attributes }) => attributes.destructive)
        .map(({ id }) => `${id} is destructive`);

      const before = await world.tables.hashes();
      for (const { id } of ours) {
        const invoke = { ...list, route: `POST ${LIST}/${id}/invoke` };
        for (const caller of [
          ...Object.keys(refusedCallers),
          'narrow',
        ] as Caller[]) {
          const { status } = await callers.send(invoke, caller, { body: {} });
          if (status < 400) {
            wrong.push(`${id} as ${caller}: ${status}`);
          }
        }
      }
      assert.deepEqual(wrong, []);
      assert.deepEqual(changed(before, await world.tables.hashes()), []);
    });
  }
}
