import { mockServices } from '@backstage/backend-test-utils';
import { readMariaDbProviders } from './config';

const good = {
  id: 'shared-development',
  title: 'Shared MariaDB',
  environments: ['development'],
  connection: { host: '127.0.0.1', user: 'provisioner', password: 'pencil' },
};

const read = (mariadb: unknown[]) =>
  readMariaDbProviders(
    mockServices.rootConfig({
      data: { databases: { providers: { mariadb: mariadb as [] } } },
    }),
  );

describe('readMariaDbProviders', () => {
  it('reads several servers and fills in what was left out', () => {
    const other = {
      ...good,
      id: 'shared-staging',
      connection: { ...good.connection, port: '3307' },
    };
    expect(read([good, other])).toMatchObject([
      {
        version: '10.11',
        maxConcurrency: 4,
        connection: { port: 3306 },
      },
      { id: 'shared-staging', connection: { port: 3307 } },
    ]);
    expect(readMariaDbProviders(mockServices.rootConfig())).toEqual([]);
  });

  it('names the key that is wrong and never the password', () => {
    const bad = { ...good, connection: { ...good.connection, port: 'pencil' } };
    expect(() => read([bad])).toThrow(
      /databases\.providers\.mariadb\.0\.connection\.port/,
    );
    expect(() => read([bad])).not.toThrow(/pencil/);
    expect(() => read([{ ...good, environments: [] }])).toThrow(/environments/);
    expect(() => read([{ ...good, version: '10' }])).toThrow(/10\.11/);
    expect(() => read([good, good])).toThrow(/two providers with the id/);
  });
});
