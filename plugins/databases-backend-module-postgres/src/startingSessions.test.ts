import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseTarget } from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import {
  freshContexts,
  provisionTenant,
} from './__testUtils__/provisionTenant';
import { PostgresHarness, startHarness } from './__testUtils__/startHarness';
import { tenantNames } from './identifiers';

jest.setTimeout(60_000);

/** Longer than what is tested takes, and short enough to wait for. */
const DELAY_S = 8;

/**
 * Any client may ask for `post_auth_delay`: Postgres has let it in then, and waits before it shows whose session it is.
 */
describe('a session that is let in and does not show itself', () => {
  let harness: PostgresHarness;
  let target: DatabaseTarget;
  let sessions: Client[] = [];
  const password = randomBytes(12).toString('hex');
  const context = freshContexts();

  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness?.stop());
  beforeEach(async () => {
    const name = `late-${randomBytes(3).toString('hex')}`;
    ({ target } = await provisionTenant(harness, { name, password, context }));
  });
  afterEach(async () => {
    await Promise.all(sessions.map(client => client.end()));
    sessions = [];
  });

  /** Waits until as many sessions as were begun have been let in. */
  const untilHidden = async () => {
    for (;;) {
      const { rowCount } = await harness.admin.query(
        `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.objid
          WHERE l.locktype = 'object' AND l.classid = 'pg_database'::regclass
            AND d.datname = $1 AND l.mode = 'RowExclusiveLock' AND l.granted`,
        [target.externalName],
      );
      if (rowCount === sessions.length) {
        return;
      }
      await sleep(20);
    }
  };

  /** Begins a session that stays hidden, and sends it a statement already. */
  const hide = async (user: string, statement?: string) => {
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user,
      password,
      database: target.externalName,
      options: `-c post_auth_delay=${DELAY_S}`,
    });
    client.on('error', () => {
      // Ended by the platform.
    });
    sessions.push(client);
    const outcome = client
      .connect()
      .then(() => client.query('SELECT 1'))
      .then(
        () => 'works',
        () => 'ended',
      );
    await untilHidden();
    if (statement) {
      // The client itself would wait until the session has begun.
      const { connection } = client as unknown as {
        connection: { query(text: string): void };
      };
      connection.query(statement);
    }
    // Not the promise itself, for which whoever awaits this would wait.
    return { outcome };
  };

  const grant = async (access: 'read-only' | 'schema') => {
    const loginId = randomUUID();
    const { username } = await harness.provider.credentials.personal.grant(
      target,
      {
        loginId,
        person: 'user:default/nora.lind',
        access,
        expiresAt: new Date(Date.now() + 600_000),
        password,
      },
      context(),
    );
    return { loginId, username };
  };

  /** What became of sessions, each of which begins hidden. */
  const results = (hidden: Array<{ outcome: Promise<string> }>) =>
    Promise.all(hidden.map(({ outcome }) => outcome));

  it.each(['read-only', 'schema'] as const)(
    'ends with the revocation of a %s login, and the others go on',
    async access => {
      const { personal } = harness.provider.credentials;
      const { loginId, username } = await grant(access);
      const other = await grant('read-only');
      const { a } = tenantNames(target.externalName).logins;
      const revoked = [await hide(username), await hide(username)];
      const kept = [await hide(other.username), await hide(a)];
      await personal.revoke(target, loginId, context());
      expect(await results(revoked)).toEqual(['ended', 'ended']);
      expect(await results(kept)).toEqual(['works', 'works']);
    },
  );

  it.each(['suspend', 'destroy', 'revokeAll'] as const)(
    'ends when all logins end: %s',
    async end => {
      const { provider } = harness;
      const readOnly = await grant('read-only');
      const schema = await grant('schema');
      const { a } = tenantNames(target.externalName).logins;
      const hidden = [
        await hide(a),
        await hide(readOnly.username),
        await hide(schema.username),
      ];
      await (end === 'revokeAll'
        ? provider.credentials.revokeAll(target, context())
        : provider[end](target, context()));
      expect(await results(hidden)).toEqual(['ended', 'ended', 'ended']);
    },
  );

  it('does nothing any more that it was sent ahead', async () => {
    const { a } = tenantNames(target.externalName).logins;
    const hidden = await hide(a, 'CREATE TABLE public.late ()');
    await harness.provider.suspend(target, context());
    expect(await results([hidden])).toEqual(['ended']);
    const admin = await harness.postgres.admin(target.externalName);
    const { rows } = await admin.query(
      `SELECT to_regclass('public.late') AS late`,
    );
    expect(rows).toEqual([{ late: null }]);
  });

  it('ends with a rotation', async () => {
    const { credentials } = harness.provider;
    const { a, b } = tenantNames(target.externalName).logins;
    await credentials.stage(target, { slot: 'b', password }, context());
    await credentials.activate(target, 'b', context());
    const before = await hide(a);
    const after = await hide(b);
    await credentials.retire(target, 'a', context());
    expect(await results([before, after])).toEqual(['ended', 'works']);
  });
});
