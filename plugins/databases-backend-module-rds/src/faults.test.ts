import type { DatabaseProvider } from '@slipway/plugin-databases-node';
import { contextOf, ensureAll, order } from './__testUtils__/orders';
import { RdsHarness, startHarness } from './__testUtils__/startHarness';
import type { RdsProviderConfig } from './config';
import { RdsDatabaseProvider } from './RdsDatabaseProvider';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

/** How often the SDK asks before it gives up. */
const ATTEMPTS = 2;

describe('faults of AWS and of what is inside', () => {
  let harness: RdsHarness;
  let provider: RdsDatabaseProvider;
  const others: RdsDatabaseProvider[] = [];

  /** Another replica, or one that is configured otherwise. */
  const another = (
    change?: Partial<RdsProviderConfig>,
    options?: Parameters<typeof RdsDatabaseProvider.create>[1],
  ) => {
    const { config, resolveEndpoint } = harness;
    const made = RdsDatabaseProvider.create(
      { ...config, ...change },
      { resolveEndpoint, ...options },
    );
    others.push(made);
    return made;
  };
  const find = async (externalName: string) => {
    const { DBInstances = [] } = await harness.rds.describeDBInstances({});
    return DBInstances.filter(
      each => each.DBInstanceIdentifier === externalName,
    );
  };
  const failed = (action: string, code: string, status = 400) =>
    harness.cloud.have({ action, error: { code, status }, times: ATTEMPTS });
  const inStatus = (status: string, times = 1) =>
    harness.cloud.have({
      action: 'DescribeDBInstances',
      times,
      rewrite: answer =>
        answer.replaceAll(
          '<DBInstanceStatus>available<',
          `<DBInstanceStatus>${status}<`,
        ),
    });

  beforeAll(async () => {
    harness = await startHarness();
    provider = harness.provider;
  }, 60_000);
  afterEach(async () => {
    harness.cloud.restore();
    await Promise.all(others.splice(0).map(each => each.close()));
  });
  afterAll(() => harness?.stop(), 60_000);

  it.each([
    ['CreateDBInstance', 'rds:CreateDBInstance'],
    ['CreateSecret', 'secretsmanager:CreateSecret'],
    ['AddTagsToResource', 'rds:AddTagsToResource'],
  ])(
    'answer to %s lost in an order: ambiguous, and doing it again ends well',
    async (action, named) => {
      const before = await harness.inventory();
      const request = order(harness);
      const { target } = request;
      harness.cloud.have({ action, isLost: true, times: ATTEMPTS });
      await expect(ensureAll(provider, request)).rejects.toMatchObject({
        name: 'AmbiguousError',
        message: `Postgres on AWS: AWS did not answer ${named}`,
      });
      await ensureAll(provider, request, 2n);
      expect(await provider.observe(target, request)).toMatchObject({
        status: 'present',
        drift: [],
      });
      expect(await find(target.externalName)).toHaveLength(1);
      await provider.destroy(target, contextOf(3n));
      expect(await harness.inventory()).toEqual(before);
    },
  );

  it.each([
    ['ModifyDBInstance', 'rds:ModifyDBInstance'],
    ['DeleteSecret', 'secretsmanager:DeleteSecret'],
    ['DeleteDBInstance', 'rds:DeleteDBInstance'],
  ])(
    'answer to %s lost in a removal: ambiguous, and doing it again ends well',
    async (action, named) => {
      const before = await harness.inventory();
      const request = order(harness);
      const { target } = request;
      await ensureAll(provider, request);
      harness.cloud.have({ action, isLost: true, times: ATTEMPTS });
      await expect(
        provider.destroy(target, contextOf(2n)),
      ).rejects.toMatchObject({
        name: 'AmbiguousError',
        message: `Postgres on AWS: AWS did not answer ${named}`,
      });
      await provider.destroy(target, contextOf(3n));
      expect(await harness.inventory()).toEqual(before);
    },
  );

  it('each answer lost once: nobody notices', async () => {
    const before = await harness.inventory();
    const request = order(harness);
    for (const action of [
      'CreateDBInstance',
      'CreateSecret',
      'AddTagsToResource',
      'ModifyDBInstance',
      'DeleteSecret',
      'DeleteDBInstance',
    ]) {
      harness.cloud.have({ action, isLost: true });
    }
    await ensureAll(provider, request);
    expect(await find(request.target.externalName)).toHaveLength(1);
    await provider.destroy(request.target, contextOf(2n));
    expect(await harness.inventory()).toEqual(before);
  });

  it('secret that another worker has just given up: as good as done', async () => {
    const request = order(harness);
    await ensureAll(provider, request);
    const SecretId = `slipway/rds/${request.target.externalName}`;
    harness.cloud.have({
      action: 'DeleteSecret',
      // What AWS says about one that is on its way out already.
      error: { code: 'InvalidRequestException', status: 400 },
      before: () => harness.secrets.deleteSecret({ SecretId }),
    });
    await provider.destroy(request.target, contextOf(2n));
    expect((await provider.observe(request.target)).status).toBe('absent');
  });

  it('AWS away: says so, and that nothing was sent', async () => {
    const away = 'http://127.0.0.1:1';
    const cut = another({ endpoints: { rds: away, secretsManager: away } });
    await expect(cut.listOwned()).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'Postgres on AWS: AWS cannot be reached',
      nothingSent: true,
    });
  });

  it.each([
    ['Throttling', 400, 'RetryableError', 'is asked too often'],
    ['AccessDenied', 403, 'TerminalError', 'Allow rds:CreateDBInstance'],
    ['ExpiredToken', 403, 'RetryableError', 'credentials (ExpiredToken)'],
    ['InstanceQuotaExceeded', 400, 'RetryableError', 'quota "DB instances"'],
    ['InsufficientDBInstanceCapacity', 400, 'RetryableError', 'other zones'],
    ['DBSubnetGroupNotFoundFault', 404, 'TerminalError', 'subnetGroup'],
    ['KMSKeyNotAccessibleFault', 400, 'TerminalError', 'kmsKeyId'],
    ['InvalidParameterCombination', 400, 'TerminalError', 'AWS refused'],
    ['InternalFailure', 500, 'AmbiguousError', 'did not answer'],
  ])('%s: says what to do', async (code, status, name, text) => {
    const request = order(harness);
    failed('CreateDBInstance', code, status);
    await expect(
      provider.ensure('create-instance', request, contextOf()),
    ).rejects.toMatchObject({ name, message: expect.stringContaining(text) });
    expect(await find(request.target.externalName)).toEqual([]);
  });

  it('creating for long: each attempt ends, and is to be repeated after a while', async () => {
    const request = order(harness);
    inStatus('creating', 3);
    await expect(
      provider.ensure('create-instance', request, contextOf()),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringContaining('its status is creating'),
      retryAfterMs: 15_000,
    });
    await expect(
      provider.observe(request.target, request),
    ).resolves.toMatchObject({ status: 'partial', doneSteps: [] });
    await provider.ensure('create-instance', request, contextOf());
    await expect(
      provider.observe(request.target, request),
    ).resolves.toMatchObject({
      status: 'partial',
      doneSteps: ['create-instance'],
    });
    await provider.destroy(request.target, contextOf(2n));
  });

  it('just made, and its tags not shown yet: not taken for somebody else’s', async () => {
    const request = order(harness);
    harness.cloud.have({
      action: 'CreateDBInstance',
      before: async () =>
        harness.cloud.have({
          action: 'DescribeDBInstances',
          rewrite: answer => answer.replace(/<TagList>.*<\/TagList>/s, ''),
        }),
    });
    await expect(
      provider.ensure('create-instance', request, contextOf()),
    ).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 15_000 });
    await provider.ensure('create-instance', request, contextOf());
    await provider.destroy(request.target, contextOf(2n));
  });

  it('failed: ends, says where the reason is, and can be removed without a snapshot', async () => {
    const request = order(harness);
    const keeping = another({ finalSnapshot: true });
    inStatus('failed', 3);
    await expect(
      keeping.ensure('create-instance', request, contextOf()),
    ).rejects.toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining('its status is failed'),
    });
    await keeping.destroy(request.target, contextOf(2n));
    expect(await find(request.target.externalName)).toEqual([]);
    const { DBSnapshots } = await harness.rds.describeDBSnapshots({
      SnapshotType: 'manual',
    });
    expect(DBSnapshots).toEqual([]);
  });

  it('stopped by somebody: said, and started only to be removed', async () => {
    const request = order(harness);
    await ensureAll(provider, request);
    await harness.rds.stopDBInstance({
      DBInstanceIdentifier: request.target.externalName,
    });
    expect(await provider.observe(request.target, request)).toMatchObject({
      status: 'partial',
      drift: [
        {
          what: 'instance-status',
          wanted: 'available',
          found: 'stopped',
          isForOwner: true,
        },
      ],
    });
    await expect(
      provider.ensure('create-instance', request, contextOf()),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringContaining('its status is stopped'),
    });
    await expect(
      provider.destroy(request.target, contextOf(2n)),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringContaining('starts the instance, to remove it'),
    });
    await provider.destroy(request.target, contextOf(2n));
  });

  it('being removed for long: is to be repeated until it is gone', async () => {
    const request = order(harness);
    await provider.ensure('create-instance', request, contextOf());
    inStatus('deleting');
    await expect(
      provider.destroy(request.target, contextOf(2n)),
    ).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 15_000 });
    await provider.destroy(request.target, contextOf(2n));
    expect(await find(request.target.externalName)).toEqual([]);
  });

  it('tag taken away: not ours any more, and left alone until it is back', async () => {
    const request = order(harness);
    const { target } = request;
    await ensureAll(provider, request);
    const [{ DBInstanceArn: arn, TagList: tags }] = await find(
      target.externalName,
    );
    await harness.rds.removeTagsFromResource({
      ResourceName: arn,
      TagKeys: ['slipway:id'],
    });
    const before = await harness.inventory();
    for (const work of [
      () => provider.destroy(target, contextOf(2n)),
      () => provider.suspend(target, contextOf(2n)),
      () => provider.ensure('isolate', request, contextOf(2n)),
    ]) {
      await expect(work()).rejects.toMatchObject({
        name: 'TerminalError',
        message: expect.stringContaining('put slipway:managed-by, slipway:id'),
      });
    }
    expect(await provider.listOwned()).toEqual([]);
    expect((await provider.observe(target)).status).toBe('foreign');
    expect(await harness.inventory()).toEqual(before);

    await harness.rds.addTagsToResource({ ResourceName: arn, Tags: tags });
    expect((await provider.observe(target)).status).toBe('present');
    await provider.destroy(target, contextOf(2n));
  });

  it('somebody else’s secret of our name: nothing is made, and the secret stays', async () => {
    const request = order(harness);
    const { target } = request;
    const Name = `slipway/rds/${target.externalName}`;
    await harness.secrets.createSecret({ Name, SecretString: 'theirs' });
    const before = await harness.inventory();
    expect((await provider.observe(target)).status).toBe('foreign');
    for (const work of [
      () => provider.ensure('create-instance', request, contextOf()),
      () => provider.destroy(target, contextOf()),
    ]) {
      await expect(work()).rejects.toMatchObject({
        name: 'TerminalError',
        message: expect.stringContaining(`"${Name}"`),
      });
    }
    expect(await harness.inventory()).toEqual(before);
    await harness.secrets.deleteSecret({
      SecretId: Name,
      ForceDeleteWithoutRecovery: true,
    });
  });

  it('instance removed by somebody: said, and no empty one takes its place', async () => {
    const before = await harness.inventory();
    const request = order(harness);
    const { target } = request;
    await ensureAll(provider, request);
    await harness.rds.modifyDBInstance({
      DBInstanceIdentifier: target.externalName,
      DeletionProtection: false,
    });
    await harness.removeUnmarked(target.externalName);
    expect(await provider.observe(target, request)).toMatchObject({
      status: 'partial',
      doneSteps: [],
      drift: [{ what: 'instance', isForOwner: true }],
    });
    await expect(ensureAll(provider, request, 2n)).rejects.toMatchObject({
      name: 'TerminalError',
      message: expect.stringContaining('somebody has removed it'),
    });
    await provider.destroy(target, contextOf(3n));
    expect((await provider.observe(target, request)).status).toBe('absent');
    expect(await harness.inventory()).toEqual(before);
  });

  it('full: only more storage is asked for, which helps', async () => {
    const request = order(harness);
    await ensureAll(provider, request);
    inStatus('storage-full');
    await expect(
      provider.ensure('create-instance', request, contextOf()),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringContaining('its status is storage-full'),
    });
    const larger = { ...request, spec: { ...request.spec, size: 'medium' } };
    inStatus('storage-full');
    await provider.ensure(
      'create-instance',
      larger as typeof request,
      contextOf(),
    );
    const [{ AllocatedStorage: storage }] = await find(
      request.target.externalName,
    );
    expect(storage).toBe(50);
    await provider.destroy(request.target, contextOf(2n));
  });

  it('instance that cannot be reached: tried again, and removed all the same', async () => {
    const request = order(harness);
    await ensureAll(provider, request);
    const unreachable = another(undefined, {
      resolveEndpoint: () => ({ host: '127.0.0.1', port: 1, ssl: false }),
    });
    const { externalName } = request.target;
    for (const work of [
      () => unreachable.suspend(request.target, contextOf(2n)),
      () => unreachable.observe(request.target),
      () => unreachable.ensure('prepare-instance', request, contextOf(2n)),
    ]) {
      await expect(work()).rejects.toMatchObject({
        name: 'RetryableError',
        message: `Postgres on AWS (${externalName}) does not answer`,
      });
    }
    await unreachable.destroy(request.target, contextOf(3n));
    expect(await find(externalName)).toEqual([]);
  });

  it('server that cannot prove who it is: nothing is told to it', async () => {
    const request = order(harness);
    await provider.ensure('create-instance', request, contextOf());
    // As without the authorities of RDS.
    const { port } = harness.cloud.farm.get(request.target.externalName)!;
    const distrustful = another(undefined, {
      resolveEndpoint: () => ({ host: '127.0.0.1', port, ssl: true }),
    });
    await expect(
      distrustful.ensure('prepare-instance', request, contextOf()),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringContaining('Put the certificate bundle of RDS'),
    });
    await provider.destroy(request.target, contextOf(2n));
  });

  it('portal’s login gone inside: seen as drift, and set up anew', async () => {
    const request = order(harness);
    const { target } = request;
    await ensureAll(provider, request);
    const { admin } = harness.cloud.farm.get(target.externalName)!;
    await admin.query(`ALTER ROLE slipway PASSWORD 'another'`);
    const fresh = another();
    const look = async (each: DatabaseProvider) => {
      for (;;) {
        try {
          return await each.observe(target, request);
        } catch (error) {
          // A session that was just ended.
          if ((error as Error).name !== 'RetryableError') throw error;
        }
      }
    };
    for (const each of [provider, fresh] as DatabaseProvider[]) {
      // Sessions that are open already are not asked again.
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'slipway'`,
      );
      expect((await look(each)).drift).toEqual([
        { what: 'platform-login', wanted: 'works', found: 'refused' },
      ]);
      await expect(each.suspend(target, contextOf(2n))).rejects.toMatchObject({
        name: 'TerminalError',
        message: expect.stringContaining('It is set up anew'),
      });
    }
    await ensureAll(provider, request, 2n);
    for (const each of [provider, fresh]) {
      expect(await each.observe(target, request)).toMatchObject({
        status: 'present',
        drift: [],
      });
    }
    await provider.destroy(target, contextOf(3n));
  });

  it('master’s password just being changed by RDS: tried again, and not told', async () => {
    const request = order(harness);
    const { externalName } = request.target;
    await provider.ensure('create-instance', request, contextOf());
    const { admin } = harness.cloud.farm.get(externalName)!;
    await admin.query(`ALTER ROLE admin PASSWORD 'another'`);
    const error = await provider
      .ensure('prepare-instance', request, contextOf())
      .catch(each => each);
    expect(error).toMatchObject({ name: 'RetryableError' });
    expect(JSON.stringify(error) + error.stack).not.toContain('P@55w0rd!');
    await admin.query(`ALTER ROLE admin PASSWORD 'P@55w0rd!'`);
    await provider.ensure('prepare-instance', request, contextOf());
    await provider.destroy(request.target, contextOf(2n));
  });

  it('removed by a newer worker while an older one makes it: taken back', async () => {
    const request = order(harness);
    const before = await harness.inventory();
    harness.cloud.have({
      action: 'CreateDBInstance',
      before: () => provider.destroy(request.target, contextOf(2n)),
    });
    await expect(
      provider.ensure('create-instance', request, contextOf(1n)),
    ).rejects.toMatchObject({ name: 'StaleFenceError' });
    expect(await harness.inventory()).toEqual(before);
  });

  it('a fence that went back on the tags does not let an older worker inside', async () => {
    const request = order(harness);
    const { target } = request;
    await ensureAll(provider, request, 5n);
    const [{ DBInstanceArn: arn }] = await find(target.externalName);
    // What two workers at the very same moment could leave behind.
    await harness.rds.addTagsToResource({
      ResourceName: arn,
      Tags: [{ Key: 'slipway:fence', Value: '3' }],
    });
    for (const work of [
      () => provider.suspend(target, contextOf(4n)),
      () => provider.destroy(target, contextOf(4n)),
    ]) {
      await expect(work()).rejects.toMatchObject({ name: 'StaleFenceError' });
    }
    expect(await find(target.externalName)).toHaveLength(1);
    await provider.destroy(target, contextOf(6n));
  });

  it('more instances in the account than a page holds: all of ours are found', async () => {
    const [first, second] = [order(harness), order(harness)];
    await harness.createUnmarked('a-theirs');
    await harness.createUnmarked('z-theirs');
    for (const request of [first, second]) {
      await provider.ensure('create-instance', request, contextOf());
    }
    harness.cloud.have({
      action: 'DescribeDBInstances',
      times: 8,
      alter: form => form.set('MaxRecords', '1'),
    });
    harness.cloud.calls.splice(0);
    const owned = await provider.listOwned();
    expect(owned.map(({ id }) => id).sort()).toEqual(
      [first.target.id, second.target.id].sort(),
    );
    expect(harness.cloud.calls).toHaveLength(4);
    // Another provider in the same account.
    expect(await another({ id: 'rds-staging' }).listOwned()).toEqual([]);
    harness.cloud.restore();
    for (const { target } of [first, second]) {
      await provider.destroy(target, contextOf(2n));
    }
    await harness.removeUnmarked('a-theirs');
    await harness.removeUnmarked('z-theirs');
  });
});
