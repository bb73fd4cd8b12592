import knexFactory from 'knex';
import { connectionOf } from './connectionOf';

describe('connectionOf', () => {
  it('keeps the password that knex hides', async () => {
    const knex = knexFactory({
      client: 'pg',
      connection: { host: 'db.example', user: 'slipway', password: 'kept' },
    });
    expect(connectionOf(knex)).toMatchObject({
      host: 'db.example',
      user: 'slipway',
      password: 'kept',
    });
    await knex.destroy();
  });

  it('passes a connection string on', async () => {
    const knex = knexFactory({
      client: 'pg',
      connection: 'postgresql://slipway:kept@db.example/slipway',
    });
    expect(JSON.stringify(connectionOf(knex))).toContain('kept');
    await knex.destroy();
  });

  it('asks for a password that changes', async () => {
    let password = 'first';
    const knex = knexFactory({
      client: 'pg',
      connection: async () => ({ host: 'db.example', password }),
    });
    const ask = connectionOf(knex).password as unknown as () => Promise<string>;
    expect(await ask()).toBe('first');
    password = 'second';
    expect(await ask()).toBe('second');
    await knex.destroy();
  });
});
