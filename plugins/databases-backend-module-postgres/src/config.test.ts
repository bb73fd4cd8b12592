import { mockServices } from '@backstage/backend-test-utils';
import { readPostgresProviders } from './config';

const good = {
  id: 'shared-development',
  title: 'Shared Postgres',
  environments: ['development'],
  connection: { host: '127.0.0.1', user: 'provisioner', password: 'pencil' },
};

const read = (postgres: unknown[]) =>
  readPostgresProviders(
    mockServices.rootConfig({
      data: { databases: { providers: { postgres: postgres as [] } } },
    }),
  );

describe('readPostgresProviders', () => {
  it('reads several servers and fills in what was left out', () => {
    const other = {
      ...good,
      id: 'shared-staging',
      connection: { ...good.connection, port: '7011' },
    };
    expect(read([good, other])).toMatchObject([
      {
        version: '18',
        maxConcurrency: 4,
        locks: { suspendAfter: 3 },
        connection: { port: 5432 },
      },
      { id: 'shared-staging', connection: { port: 7011 } },
    ]);
    expect(readPostgresProviders(mockServices.rootConfig())).toEqual([]);
  });

  it('names the key that is wrong and never the password', () => {
    const bad = { ...good, connection: { ...good.connection, port: 'pencil' } };
    expect(() => read([bad])).toThrow(
      /databases\.providers\.postgres\.0\.connection\.port/,
    );
    expect(() => read([bad])).not.toThrow(/pencil/);
    expect(() => read([{ ...good, environments: [] }])).toThrow(/environments/);
    expect(() => read([{ ...good, locks: { perDatabase: 5 } }])).toThrow(
      /locks\.perDatabase/,
    );
    expect(() => read([good, good])).toThrow(/two providers with the id/);
  });
});
