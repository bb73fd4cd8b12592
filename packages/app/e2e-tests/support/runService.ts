import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A service that was made from the golden path, running from its sources. */
export interface RunningService {
  url: string;
  stop(): Promise<void>;
}

/**
 * Runs a service as its docs say, on the given database, and waits until it listens.
 *
 * @param directory - its repository, with its packages installed
 */
export async function runService(
  directory: string,
  databaseUrl: string,
): Promise<RunningService> {
  const service = spawn(
    process.execPath,
    ['--import', './src/telemetry.ts', 'src/main.ts'],
    {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: '0',
        DATABASE_URL: databaseUrl,
      },
    },
  );
  const ended = once(service, 'exit');
  let output = '';
  const listening = new Promise<string>(resolve => {
    const read = (data: Buffer) => {
      output += data;
      const address = /Server listening at (http:[^"]+)/.exec(output);
      if (address) {
        resolve(address[1]);
      }
    };
    service.stdout.on('data', read);
    service.stderr.on('data', read);
  });
  const url = await Promise.race([
    listening,
    ended.then(([code]) => {
      throw new Error(`The service ended with ${code}: ${output}`);
    }),
  ]);
  return {
    url,
    async stop() {
      service.kill('SIGTERM');
      await ended;
    },
  };
}
