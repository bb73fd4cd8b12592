/* A git host in a process of its own that does one thing to a repository and dies where it is told to. */
import { once } from 'node:events';
import { arm, calls } from './crashAt.ts';
import { TestHost } from './startTestHost.ts';

async function main() {
  const [dataDir, operation, token] = process.argv.slice(2);
  const host = await TestHost.start({ dataDir });
  const request = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${host.baseUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `token ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  };

  arm();
  let status: number;
  switch (operation) {
    case 'create':
      status = await request('POST', '/orgs/lighthouse/repos', {
        name: 'crashed',
      });
      break;
    case 'delete':
      status = await request('DELETE', '/repos/lighthouse/crashed');
      break;
    case 'merge':
      status = await request('POST', '/repos/lighthouse/merged/pulls/1/merge', {
        Do: 'merge',
      });
      break;
    default:
      throw new Error(`Unknown operation ${operation}`);
  }
  process.stdout.write(JSON.stringify({ status, calls: calls() }));
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  await host.host.stop();
  process.exit(0);
}

main();
