import { TestDatabases } from '@backstage/backend-test-utils';
import type { Plugin } from './__testUtils__/startPlugin';
import { ask, useWaivers } from './__testUtils__/waivers';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('waivers, whatever is repeated or cut off', () => {
  const scene = useWaivers(databases);
  const { replica, get, requested, decide, stateIs, granted } = scene;

  it('end once, however often and by whomever they are ended, with and without a key', async () => {
    const other = await replica();
    const waiver = await granted();
    const end = (by: Plugin, name: string, reason: string, key?: string) =>
      by.as(name).post(`/waivers/${waiver.id}/end`, { reason }, key);
    const answers = await Promise.all([
      end(scene.plugin, 'tara', 'Mended.', 'one'),
      end(other, 'tara', 'Mended.', 'one'),
      end(other, 'sam', 'Mended.'),
    ]);
    answers.push(await end(scene.plugin, 'tara', 'Mended.', 'one'));
    // Another reason comes too late, with the key or without.
    answers.push(await end(scene.plugin, 'tara', 'Else.', 'one'));
    answers.push(await end(scene.plugin, 'tara', 'Else.'));
    expect(
      answers.map(({ status, body }) => [status, body.state, body.endReason]),
    ).toEqual(Array(6).fill([200, 'ended', 'Mended.']));
    const { body } = await scene.plugin
      .as('sam')
      .get(`/waivers/${waiver.id}/events`);
    expect(body.items).toHaveLength(3);
    await scene.plugin.run('waivers');
    await other.run('waivers');
    const told = [...scene.plugin.notifications, ...other.notifications].filter(
      ({ payload }) => payload.title === 'A waiver has ended: Encryption',
    );
    expect(told).toHaveLength(1);
  });

  it('are taken back once, however often', async () => {
    const other = await replica();
    const waiver = await requested();
    const withdraw = (by: Plugin, reason: string, key?: string) =>
      by.as('sam').post(`/waivers/${waiver.id}/withdraw`, { reason }, key);
    const answers = await Promise.all([
      withdraw(scene.plugin, 'No need.', 'one'),
      withdraw(other, 'No need.', 'one'),
      withdraw(other, 'No need.'),
    ]);
    answers.push(await withdraw(scene.plugin, 'Else.', 'one'));
    answers.push(await withdraw(scene.plugin, 'Else.'));
    expect(
      answers.map(({ status, body }) => [status, body.state, body.endReason]),
    ).toEqual(Array(5).fill([200, 'withdrawn', 'No need.']));
    const { body } = await scene.plugin
      .as('sam')
      .get(`/waivers/${waiver.id}/events`);
    expect(body.items).toHaveLength(2);
  });

  it('cannot be ended when their time was over before', async () => {
    const waiver = await granted();
    await scene.knex('policy_waivers').update({ expires_at: new Date() });
    const { status, body } = await scene.plugin
      .as('tara')
      .post(`/waivers/${waiver.id}/end`);
    expect([status, body.error.message]).toEqual([
      409,
      'The waiver is expired already.',
    ]);
  });

  it('are one for a key, on any replica', async () => {
    const other = await replica();
    const [body, key] = [ask(), 'the-key'];
    const answers = await Promise.all(
      [scene.plugin, other, scene.plugin].map(each =>
        each.as('sam').post('/waivers', body, key),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(each => each.body.id)).size).toBe(1);
    expect(new Set(answers.map(each => each.body.approvalId)).size).toBe(1);
    const changed = { ...body, reason: 'Else.' };
    expect(
      (await scene.plugin.as('sam').post('/waivers', changed, key)).status,
    ).toBe(409);
    expect((await scene.plugin.as('sam').get('/waivers')).body.totalItems).toBe(
      1,
    );
  });

  it('go on after a crash between their steps', async () => {
    // Died before anybody was asked.
    const waiver = await requested();
    await scene.knex('policy_waivers').update({ approval_id: null });
    await scene.plugin.run('waivers');
    expect((await get(waiver.id)).approvalId).toBe(waiver.approvalId);

    // Died between the question's withdrawal and its own.
    await scene.plugin.as('sam').post(`/waivers/${waiver.id}/withdraw`);
    const second = await requested({ reason: 'Another.' });
    await scene.plugin
      .as('sam')
      .post(`/api/approvals/approvals/${second.approvalId}/withdraw`);
    await scene.plugin.run('waivers');
    await stateIs(second.id, 'withdrawn');

    // Died after the decision, and every hint was lost.
    const third = await requested({ reason: 'A third.' });
    jest.spyOn(scene.plugin.events, 'publish').mockResolvedValue();
    await decide('nora', third.approvalId);
    expect((await get(third.id)).state).toBe('requested');
    await scene.plugin.run('waivers');
    await stateIs(third.id, 'granted');
  });

  it('never change once they have ended, whoever writes', async () => {
    const waiver = await requested();
    await scene.plugin.as('sam').post(`/waivers/${waiver.id}/withdraw`);
    await expect(
      scene.knex('policy_waivers').update({ ended_at: null }),
    ).rejects.toThrow(/never changes/);
    await expect(scene.knex('policy_waivers').delete()).rejects.toThrow(
      /never changes/,
    );
  });
});
