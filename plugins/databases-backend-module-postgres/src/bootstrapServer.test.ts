import { startPostgres, TestPostgres } from './__testUtils__/startPostgres';
import { bootstrapServer } from './bootstrapServer';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('bootstrapServer', () => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres({ max_prepared_transactions: '5' });
  });
  afterAll(() => postgres?.stop());

  it('refuses a server that has prepared transactions, and changes nothing', async () => {
    const admin = await postgres.admin();
    await expect(
      bootstrapServer(admin, { provisioner: 'slipway', password: 'secret' }),
    ).rejects.toThrow(
      'The server has max_prepared_transactions = 5. Set it to 0 and start the server anew: a tenant’s prepared transaction would hold locks that belong to no session, which nobody could end.',
    );
    const { rows } = await admin.query(
      `SELECT rolname FROM pg_roles WHERE rolname = 'slipway'
       UNION ALL SELECT datname FROM pg_database WHERE datname = 'slipway_neighbour'`,
    );
    expect(rows).toEqual([]);
  });
});
