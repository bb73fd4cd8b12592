import { mockServices } from '@backstage/backend-test-utils';
import { readRedisProviders } from './config';

const good = {
  id: 'shared-development',
  title: 'Shared Redis',
  environments: ['development'],
  connection: { host: '127.0.0.1', user: 'provisioner', password: 'pencil' },
};

const read = (redis: unknown[]) =>
  readRedisProviders(
    mockServices.rootConfig({
      data: { databases: { providers: { redis: redis as [] } } },
    }),
  );

describe('readRedisProviders', () => {
  it('fills in what was left out', () => {
    expect(read([good])).toMatchObject([
      { version: '7.2', maxConcurrency: 4, connection: { port: 6379 } },
    ]);
    expect(readRedisProviders(mockServices.rootConfig())).toEqual([]);
  });

  it('names the key that is wrong and never the password', () => {
    const bad = { ...good, connection: { ...good.connection, port: 'pencil' } };
    expect(() => read([bad])).toThrow(
      /databases\.providers\.redis\.0\.connection\.port/,
    );
    expect(() => read([bad])).not.toThrow(/pencil/);
    expect(() => read([{ ...good, version: '7' }])).toThrow(/7\.2/);
    expect(() => read([good, good])).toThrow(/two providers with the id/);
  });
});
