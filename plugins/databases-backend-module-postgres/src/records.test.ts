import { randomBytes } from 'node:crypto';
import {
  freshContexts,
  provisionTenant,
} from './__testUtils__/provisionTenant';
import { PostgresHarness, startHarness } from './__testUtils__/startHarness';
import { tenantNames } from './identifiers';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('what the server remembers of a database', () => {
  let harness: PostgresHarness;
  const context = freshContexts();
  const password = randomBytes(12).toString('hex');

  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness?.stop());

  const provision = (name: string) =>
    provisionTenant(harness, { name, password, context });
  const listed = async (id: string) =>
    (await harness.provider.listOwned()).find(owned => owned.id === id);
  const comment = async (role: string) =>
    (
      await harness.admin.query(
        `SELECT shobj_description(oid, 'pg_authid') AS text FROM pg_roles WHERE rolname = $1`,
        [role],
      )
    ).rows[0].text;

  it('is made by several at once on a server without a place for it', async () => {
    await harness.admin.query('DROP TABLE IF EXISTS slipway.databases');
    const names = ['orders', 'payments', 'stock', 'mail'];
    const made = await Promise.all(names.map(provision));
    const found = await Promise.all(
      made.map(({ target }) => listed(target.id)),
    );
    expect(found.map(owned => owned?.name)).toEqual(names);
  });

  it('is moved there from the comment of an older version', async () => {
    const { target } = await provision('old-orders');
    const { platform } = tenantNames(target.externalName);
    const old = {
      ...JSON.parse(await comment(platform)),
      name: 'old-orders',
      environment: 'staging',
      owner: 'group:default/team-old',
    };
    await harness.admin.query('DROP TABLE slipway.databases');
    await harness.admin.query(
      `COMMENT ON ROLE "${platform}" IS '${JSON.stringify(old)}'`,
    );
    const { name, environment, owner } = old;
    const expected = { name, environment, owner };
    expect(await listed(target.id)).toMatchObject(expected);

    await harness.provider.suspend(target, context());
    expect(await comment(platform)).not.toContain('team-old');
    expect(await listed(target.id)).toMatchObject(expected);
  });

  it('follows the group, and goes with the database', async () => {
    const { target, spec } = await provision('moved');
    const moved = { ...spec, owner: 'group:default/team-new' };
    await harness.provider.ensure(
      'create-roles',
      { target, spec: moved },
      context(),
    );
    expect(await listed(target.id)).toMatchObject({ owner: moved.owner });
    await harness.provider.destroy(target, context());
    const { rows } = await harness.admin.query(
      'SELECT name FROM slipway.databases WHERE id = $1',
      [target.id],
    );
    expect(rows).toEqual([]);
  });
});
