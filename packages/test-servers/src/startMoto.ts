import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SupervisedProcess } from '@slipway/local-stack';
import { freePorts } from './freePorts.ts';
import { TemporaryFolder } from './TemporaryFolder.ts';

/**
 * A server that answers as AWS does.
 *
 * @public
 */
export interface TestMoto {
  host: string;
  port: number;
  stop(): Promise<void>;
}

/**
 * Starts moto with nothing in it.
 *
 * @param program - path of `moto_server`
 * @public
 */
export async function startMoto(program: string): Promise<TestMoto> {
  const [port] = await freePorts(1);
  const folder = await TemporaryFolder.create();
  const url = `http://127.0.0.1:${port}/moto-api/`;
  const server = new SupervisedProcess({
    name: 'moto',
    title: "the test's AWS",
    command: program,
    args: ['-H', '127.0.0.1', '-p', String(port)],
    env: { PATH: process.env.PATH },
    cwd: folder.path,
    logFile: join(folder.path, 'moto.log'),
    stopSignal: 'SIGTERM',
    patienceMs: 5_000,
    async ready(signal) {
      while (
        !(await fetch(url).then(
          answer => answer.ok,
          () => false,
        ))
      ) {
        signal.throwIfAborted();
        await sleep(100);
      }
    },
    readyWithinMs: 60_000,
  });
  server.on('process', identity => folder.own(identity));
  await server.start();
  return {
    host: '127.0.0.1',
    port,
    async stop() {
      await server.stop();
      await folder.remove();
    },
  };
}
