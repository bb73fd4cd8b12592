import { RDS } from '@aws-sdk/client-rds';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { DatabaseSpec } from '@slipway/plugin-databases-node';
import {
  ConformanceHarness,
  ConformanceSession,
} from '@slipway/plugin-databases-node/testUtils';
import { Client } from 'pg';
import type { RdsProviderConfig } from '../config';
import { RdsDatabaseProvider } from '../RdsDatabaseProvider';
import type { ResolveEndpoint } from '../resolveEndpoint';
import { Cloud } from './Cloud';

export interface RdsHarness extends ConformanceHarness {
  provider: RdsDatabaseProvider;
  cloud: Cloud;
  config: RdsProviderConfig;
  rds: RDS;
  secrets: SecretsManager;
  resolveEndpoint: ResolveEndpoint;
}

export const limits = {
  storageGiB: 5,
  connectionLimit: 10,
  statementTimeoutSeconds: 30,
};

/** An AWS of its own, with the subnets that an administrator would have made, and a provider. */
export async function startHarness(
  settings: Partial<RdsProviderConfig> = {},
): Promise<RdsHarness> {
  const cloud = await Cloud.start();
  const region = 'eu-central-1';
  const common = { region, endpoint: cloud.url };
  const rds = new RDS(common);
  const secrets = new SecretsManager(common);
  const config: RdsProviderConfig = {
    id: 'rds',
    title: 'Postgres on AWS',
    environments: ['production'],
    region,
    version: '18',
    subnetGroup: 'slipway',
    securityGroups: ['sg-12345678'],
    storageType: 'gp3',
    multiAz: false,
    deletionProtection: true,
    backupRetentionDays: 7,
    // What stays for good would not go with the database.
    finalSnapshot: false,
    sizes: {
      small: { instanceClass: 'db.t3.micro', storageGiB: 20 },
      medium: { instanceClass: 'db.t3.medium', storageGiB: 50 },
    },
    endpoints: { rds: cloud.url, secretsManager: cloud.url },
    maxConcurrency: 4,
    ...settings,
  };
  await makeSubnetGroup(rds, cloud.url, config.subnetGroup);
  const resolveEndpoint: ResolveEndpoint = instance => {
    const server = cloud.farm.get(instance.DBInstanceIdentifier ?? '');
    return (
      server && {
        host: '127.0.0.1',
        port: server.port,
        ssl: { ca: cloud.farm.ca },
      }
    );
  };
  const provider = RdsDatabaseProvider.create(config, { resolveEndpoint });
  return {
    cloud,
    config,
    rds,
    secrets,
    resolveEndpoint,
    provider,
    spec: (name): DatabaseSpec => ({
      name,
      environment: 'production',
      engine: 'postgres',
      size: 'small',
      limits,
      owner: 'group:default/team-orders',
    }),
    inventory: () => takeInventory(cloud, rds, secrets),
    async createUnmarked(name) {
      await rds.createDBInstance({
        DBInstanceIdentifier: name,
        DBInstanceClass: 'db.t3.micro',
        Engine: 'postgres',
        AllocatedStorage: 20,
        MasterUsername: 'theirs',
        MasterUserPassword: 'a-password-of-theirs',
      });
    },
    async removeUnmarked(name) {
      await rds.deleteDBInstance({
        DBInstanceIdentifier: name,
        SkipFinalSnapshot: true,
      });
    },
    connect: login => connect(login, cloud.farm.ca),
    async stop() {
      await provider.close();
      rds.destroy();
      secrets.destroy();
      await cloud.stop();
    },
  };
}

async function makeSubnetGroup(rds: RDS, url: string, name: string) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/ec2/aws4_request, SignedHeaders=host, Signature=x',
    },
    body: 'Action=DescribeSubnets&Version=2016-11-15',
  });
  const subnets = [
    ...(await answer.text()).matchAll(/<subnetId>(subnet-\w+)</g),
  ].map(([, id]) => id);
  await rds.createDBSubnetGroup({
    DBSubnetGroupName: name,
    DBSubnetGroupDescription: 'For tests',
    SubnetIds: subnets,
  });
}

/** Instances with their tags, secrets that are not on their way out, and what is inside of each instance. */
async function takeInventory(
  cloud: Cloud,
  rds: RDS,
  secrets: SecretsManager,
): Promise<string[]> {
  const { DBInstances = [] } = await rds.describeDBInstances({});
  const { SecretList = [] } = await secrets.listSecrets({ MaxResults: 100 });
  const { DBSnapshots = [] } = await rds.describeDBSnapshots({
    SnapshotType: 'manual',
  });
  const inside = await Promise.all(
    cloud.farm.names().map(async name => {
      const lines = await lookInside(cloud.farm.get(name)!.admin);
      return lines.map(line => `${name}: ${line}`);
    }),
  );
  return [
    ...DBInstances.map(
      ({ LatestRestorableTime: _, MasterUserSecret: secret, ...rest }) =>
        `instance ${JSON.stringify({
          ...rest,
          secret: secret?.SecretArn,
          TagList: rest.TagList?.map(tag => `${tag.Key}=${tag.Value}`).sort(),
        })}`,
    ),
    ...DBSnapshots.map(each => `snapshot ${each.DBSnapshotIdentifier}`),
    ...SecretList.map(
      each =>
        `secret ${JSON.stringify([each.Name, each.Tags, each.SecretVersionsToStages])}`,
    ),
    ...inside.flat(),
  ].sort();
}

/** Roles with passwords and memberships, databases with rights and settings. */
async function lookInside(admin: Client): Promise<string[]> {
  const { rows } = await admin.query(`
    SELECT format('role %s %s', rolname, concat_ws(' ', rolsuper, rolinherit, rolcreaterole,
             rolcreatedb, rolcanlogin, rolconnlimit, rolvaliduntil,
             CASE WHEN rolname <> 'slipway' THEN rolpassword END,
             shobj_description(oid, 'pg_authid'))) AS line
      FROM pg_authid
    UNION ALL
    SELECT format('member %s of %s by %s %s %s %s', m.member::regrole, m.roleid::regrole,
             m.grantor::regrole, m.admin_option, m.inherit_option, m.set_option)
      FROM pg_auth_members m
    UNION ALL
    SELECT format('database %s of %s %s', datname, datdba::regrole, concat_ws(' ',
             datallowconn, datconnlimit, datacl::text, shobj_description(oid, 'pg_database')))
      FROM pg_database
    UNION ALL
    SELECT format('setting %s %s %s', setdatabase, setrole, setconfig) FROM pg_db_role_setting
    ORDER BY line`);
  return rows.map(row => row.line);
}

async function connect(
  login: Parameters<ConformanceHarness['connect']>[0],
  ca: string,
): Promise<ConformanceSession> {
  const { host, port, database, tls } = login.endpoint;
  const { username: user, password } = login;
  const ssl = tls && { ca };
  const client = new Client({ host, port, database, user, password, ssl });
  client.on('error', () => {
    // Ended by the server; isAlive tells.
  });
  await client.connect();
  return {
    async write(key, value) {
      const { rows } = await client.query(`SELECT to_regclass('things') AS t`);
      if (!rows[0].t) {
        await client.query(
          'CREATE TABLE things (key text PRIMARY KEY, value text)',
        );
      }
      await client.query(
        `INSERT INTO things VALUES ($1, $2)
           ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        [key, value],
      );
    },
    async read(key) {
      const { rows } = await client.query(
        'SELECT value FROM things WHERE key = $1',
        [key],
      );
      return rows[0]?.value;
    },
    isAlive: () =>
      client.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    close: () => client.end(),
  };
}
