import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SupervisedProcess } from '@slipway/local-stack';
import { freePorts } from './freePorts.ts';
import { TemporaryFolder } from './TemporaryFolder.ts';

/**
 * The API of a Kubernetes cluster without nodes.
 *
 * @public
 */
export interface TestKubernetesApi {
  host: string;
  port: number;
  /** The certificate authority, in PEM. */
  ca: string;
  /** Of a user who may do everything. */
  administratorToken: string;
  /** Of the user `portal`, who may do nothing until a role says so. */
  portalToken: string;
  stop(): Promise<void>;
}

/**
 * Starts an etcd and a kube-apiserver with fresh data.
 *
 * @param programs - paths of the two
 * @public
 */
export async function startKubernetesApi(programs: {
  etcd: string;
  apiserver: string;
}): Promise<TestKubernetesApi> {
  const [etcdPort, peerPort, port] = await freePorts(3);
  // A folder knows one process.
  const [etcdFolder, folder] = [
    await TemporaryFolder.create(),
    await TemporaryFolder.create(),
  ];
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const etcd = supervise('etcd', programs.etcd, etcdFolder, {
    args: [
      `--data-dir=${join(etcdFolder.path, 'data')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      // Nothing here has to survive the machine.
      '--unsafe-no-fsync',
    ],
    isReady: async () => (await fetch(`${etcdUrl}/health`)).ok,
  });

  const [administratorToken, portalToken] = [secret(), secret()];
  const certificates = join(folder.path, 'certificates');
  const readCa = () =>
    readFileSync(join(certificates, 'apiserver.crt'), 'utf8');
  const accountKey = join(folder.path, 'service-accounts.key');
  writeFileSync(
    accountKey,
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
    { mode: 0o600 },
  );
  const tokens = join(folder.path, 'tokens.csv');
  writeFileSync(
    tokens,
    `${administratorToken},administrator,administrator,"system:masters"\n${portalToken},portal,portal\n`,
    { mode: 0o600 },
  );
  const apiserver = supervise('kube-apiserver', programs.apiserver, folder, {
    args: [
      `--etcd-servers=${etcdUrl}`,
      `--cert-dir=${certificates}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      `--service-account-key-file=${accountKey}`,
      `--service-account-signing-key-file=${accountKey}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--token-auth-file=${tokens}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.0.0.0/24',
      // No controller makes the accounts that it waits for.
      '--disable-admission-plugins=ServiceAccount',
    ],
    isReady: async () =>
      (await statusOf(port, readCa(), administratorToken)) === 200,
  });

  const stop = async () => {
    await apiserver.stop();
    await etcd.stop();
    await folder.remove();
    await etcdFolder.remove();
  };
  try {
    await etcd.start();
    await apiserver.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    ca: readCa(),
    administratorToken,
    portalToken,
    stop,
  };
}

function supervise(
  name: string,
  command: string,
  folder: TemporaryFolder,
  options: { args: string[]; isReady(): Promise<boolean> },
): SupervisedProcess {
  const server = new SupervisedProcess({
    name,
    title: `the test's ${name}`,
    command,
    args: options.args,
    env: { PATH: process.env.PATH },
    cwd: folder.path,
    logFile: join(folder.path, `${name}.log`),
    stopSignal: 'SIGTERM',
    patienceMs: 5_000,
    async ready(signal) {
      while (!(await options.isReady().catch(() => false))) {
        signal.throwIfAborted();
        await sleep(100);
      }
    },
    readyWithinMs: 120_000,
  });
  server.on('process', identity => folder.own(identity));
  return server;
}

/** The status of `/readyz`. */
function statusOf(
  port: number,
  ca: string,
  token: string,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(
      {
        host: '127.0.0.1',
        port,
        path: '/readyz',
        ca,
        headers: { authorization: `Bearer ${token}` },
      },
      answer => {
        answer.resume();
        resolve(answer.statusCode);
      },
    )
      .on('error', reject)
      .end();
  });
}

function secret(): string {
  return randomBytes(18).toString('base64url');
}
