import { howToConnect, keyPrefixOf } from './howToConnect';

const endpoint = {
  host: 'db.example',
  port: 7,
  database: 'orders',
  tls: false,
};
const login = { username: 'nora.lind_1', password: 'a/b' };

describe('howToConnect', () => {
  it('speaks of psql for Postgres', () => {
    expect(howToConnect('postgres', { ...endpoint, tls: true }, login)).toEqual(
      {
        client: 'psql',
        command:
          'psql "host=db.example port=7 dbname=orders user=nora.lind_1 sslmode=verify-full"',
        url: 'postgresql://nora.lind_1:a%2Fb@db.example:7/orders?sslmode=verify-full',
      },
    );
  });

  it('speaks of mariadb for MySQL, and keeps the password out of the command', () => {
    expect(howToConnect('mysql', endpoint, login)).toEqual({
      client: 'mariadb',
      command:
        'mariadb --host=db.example --port=7 --user=nora.lind_1 --password orders',
      url: 'mysql://nora.lind_1:a%2Fb@db.example:7/orders',
    });
  });

  it('speaks of redis-cli for Redis, and says what keys begin with', () => {
    expect(howToConnect('redis', endpoint, login)).toEqual({
      client: 'redis-cli',
      command: 'redis-cli -h db.example -p 7 --user nora.lind_1 --askpass',
      url: 'redis://nora.lind_1:a%2Fb@db.example:7',
    });
    expect(keyPrefixOf('redis', endpoint)).toBe('orders:');
    expect(keyPrefixOf('postgres', endpoint)).toBeUndefined();
    expect(
      howToConnect('redis', { ...endpoint, tls: true }, login),
    ).toMatchObject({
      command:
        'redis-cli -h db.example -p 7 --user nora.lind_1 --tls --askpass',
      url: 'rediss://nora.lind_1:a%2Fb@db.example:7',
    });
  });
});
