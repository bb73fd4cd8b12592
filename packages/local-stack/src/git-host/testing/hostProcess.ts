/*
 * A git host in a process of its own, for tests of other packages that kill it and start it again. Says where it listens in a
 * line of JSON, with a token of the platform team's Nora when it is new, and runs until it is killed.
 */
import { TestHost } from './startTestHost.ts';

async function main() {
  const [dataDir, baseUrl] = process.argv.slice(2);
  const host = await TestHost.start({ dataDir, ...(baseUrl && { baseUrl }) });
  const token = baseUrl ? undefined : await host.token('nora.lind');
  process.stdout.write(`${JSON.stringify({ baseUrl: host.baseUrl, token })}\n`);
}

main();
