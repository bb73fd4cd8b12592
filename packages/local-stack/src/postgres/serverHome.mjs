import { createHash } from 'node:crypto';
import { join } from 'node:path';

// Plain JavaScript: "npm run reset" uses it on any Node from 20 on, before anything is installed.

/**
 * Where the databases of a data folder lie that the server's user cannot reach. The data folder then has links to them.
 *
 * @param {string} dataDir
 */
export function remoteHome(dataDir) {
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  return join('/var/lib/slipway', id);
}
