import { randomBytes } from 'node:crypto';
import { contextOf, ensureAll, order } from '../__testUtils__/orders';
import { RdsHarness, startHarness } from '../__testUtils__/startHarness';
import { RdsDatabaseProvider } from '../RdsDatabaseProvider';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('making and changing instances', () => {
  let harness: RdsHarness;
  let provider: RdsDatabaseProvider;

  const find = async (name: string) => {
    const { DBInstances = [] } = await harness.rds.describeDBInstances({
      DBInstanceIdentifier: name,
    });
    return DBInstances[0];
  };
  /** What the calls of one kind asked for, since the last time. */
  const asked = (action: string) =>
    harness.cloud.calls
      .splice(0)
      .filter(call => call.action === action)
      .map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

  beforeAll(async () => {
    harness = await startHarness({ finalSnapshot: true });
    provider = harness.provider;
  }, 60_000);
  afterEach(() => harness.cloud.restore());
  afterAll(() => harness?.stop(), 60_000);

  it('applies an ordered size at once, and never takes storage away', async () => {
    const small = order(harness);
    const { target } = small;
    await ensureAll(provider, small);
    const medium = {
      ...small,
      spec: { ...small.spec, size: 'medium' },
    } as const;
    const { drift, doneSteps } = await provider.observe(target, medium);
    expect(drift.map(({ what }) => what)).toEqual([
      'instance-class',
      'allocated-storage',
    ]);
    expect(doneSteps).not.toContain('create-instance');
    asked('ModifyDBInstance');

    // RDS takes its time.
    harness.cloud.have({
      action: 'ModifyDBInstance',
      before: async () =>
        harness.cloud.have({
          action: 'DescribeDBInstances',
          rewrite: answer => answer.replaceAll('>available<', '>modifying<'),
        }),
    });
    await expect(
      provider.ensure('create-instance', medium, contextOf()),
    ).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringContaining('its status is modifying'),
    });
    // Also when nothing differs any more it is to be looked at once more.
    expect((await provider.observe(target, medium)).doneSteps).not.toContain(
      'create-instance',
    );
    await ensureAll(provider, medium);
    expect(asked('ModifyDBInstance')).toEqual([
      expect.objectContaining({
        DBInstanceClass: 'db.t3.medium',
        AllocatedStorage: '50',
        ApplyImmediately: 'true',
      }),
    ]);
    expect(await provider.observe(target, medium)).toMatchObject({
      status: 'present',
      drift: [],
    });

    await ensureAll(provider, small);
    expect(await find(target.externalName)).toMatchObject({
      DBInstanceClass: 'db.t3.micro',
      AllocatedStorage: 50,
    });
    expect(await provider.observe(target, small)).toMatchObject({
      status: 'present',
      drift: [],
    });
  });

  it('applies what somebody changed, or another configuration, in the maintenance window', async () => {
    const request = order(harness);
    const { target } = request;
    await ensureAll(provider, request);
    await harness.rds.modifyDBInstance({
      DBInstanceIdentifier: target.externalName,
      DBInstanceClass: 'db.t3.large',
      DeletionProtection: false,
      PubliclyAccessible: true,
    });
    const { drift } = await provider.observe(target, request);
    expect(drift).toEqual([
      { what: 'instance-class', wanted: 'db.t3.micro', found: 'db.t3.large' },
      { what: 'deletion-protection', wanted: 'on', found: 'off' },
      { what: 'publicly-accessible', wanted: 'off', found: 'on' },
    ]);
    asked('ModifyDBInstance');
    await ensureAll(provider, request);
    expect(asked('ModifyDBInstance')).toEqual([
      expect.objectContaining({ ApplyImmediately: 'false' }),
    ]);
    expect((await provider.observe(target, request)).drift).toEqual([]);
  });

  it('says in a plan what would be made and changed', async () => {
    const request = order(harness);
    const { target, spec } = request;
    const { items } = await provider.plan(target, spec);
    expect(items[0]).toEqual({
      kind: 'instance',
      name: target.externalName,
      change: 'create',
      summary:
        'Postgres 18 on db.t3.micro in eu-central-1, 20 GiB encrypted, one zone',
    });
    await ensureAll(provider, request);
    const changesOf = async (size: 'small' | 'medium') =>
      (await provider.plan(target, { ...spec, size })).items.map(
        ({ change }) => change,
      );
    expect(await changesOf('small')).toEqual(['keep', 'keep', 'keep', 'keep']);
    expect(await changesOf('medium')).toEqual([
      'change',
      'keep',
      'keep',
      'keep',
    ]);
  });

  it('keeps passwords out of everything that is sent to RDS, and keeps a last snapshot', async () => {
    const request = order(harness);
    const { target } = request;
    harness.cloud.calls.splice(0);
    await ensureAll(provider, request);
    const password = randomBytes(18).toString('base64url');
    await provider.credentials.stage(
      target,
      { slot: 'a', password },
      contextOf(),
    );
    await provider.credentials.activate(target, 'a', contextOf());
    const { SecretString: own = '' } = await harness.secrets.getSecretValue({
      SecretId: `slipway/rds/${target.externalName}`,
    });
    const instance = await find(target.externalName);
    const { SecretString: master = '' } = await harness.secrets.getSecretValue({
      SecretId: instance.MasterUserSecret?.SecretArn,
    });
    await provider.destroy(target, contextOf());

    expect(own).toMatch(/^[\w-]{32}$/);
    const told = JSON.stringify([
      instance,
      harness.cloud.calls.filter(({ action }) => action !== 'CreateSecret'),
    ]);
    for (const secret of [password, own, JSON.parse(master).password]) {
      expect(told).not.toContain(secret);
    }

    // Of what nobody was given a login to there is none.
    const unused = order(harness);
    await ensureAll(provider, unused);
    await provider.destroy(unused.target, contextOf());
    const { DBSnapshots = [] } = await harness.rds.describeDBSnapshots({
      SnapshotType: 'manual',
    });
    expect(DBSnapshots.map(each => each.DBSnapshotIdentifier)).toEqual([
      `${target.externalName}-final`,
    ]);
  });
});
