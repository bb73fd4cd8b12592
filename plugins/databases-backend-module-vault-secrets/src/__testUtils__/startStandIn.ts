import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Version {
  data: Record<string, unknown> | null;
  deletionTime: string;
}

/**
 * A stand-in for the KV version 2 engine, after the words of Vault's documentation: what the store sends and how it takes
 * the answers can be tried with it. What Vault itself does only a Vault shows, see `conformance-tests`.
 */
export async function startStandIn(token: string) {
  const paths = new Map<string, Version[]>();
  /** Answers every call with this status, as a sealed or overloaded server does. */
  let refusing: number | undefined;

  const server = createServer(async (request, response) => {
    const answer = (status: number, body?: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body && JSON.stringify(body));
    };
    const errors = (status: number, ...texts: string[]) =>
      answer(status, { errors: texts });
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://v');
    const [, v1, mount, part, ...rest] = pathname.split('/');
    const path = rest.join('/');
    if (refusing) return errors(refusing, 'refused: hunter2');
    if (request.headers['x-vault-token'] !== token) {
      return errors(403, 'permission denied');
    }
    if (v1 !== 'v1' || mount !== 'secret') {
      return errors(404, 'no handler for route');
    }
    if (part === 'metadata' && searchParams.get('list') === 'true') {
      // A folder ends with a slash.
      const below = [...paths.keys()]
        .filter(each => each.startsWith(`${path}/`))
        .map(each => each.slice(path.length + 1).replace(/\/.*/, '/'));
      const keys = [...new Set(below)];
      return keys.length ? answer(200, { data: { keys } }) : errors(404);
    }
    if (part === 'metadata' && request.method === 'DELETE') {
      paths.delete(path);
      return answer(204);
    }
    const versions = paths.get(path) ?? [];
    if (part === 'metadata' && request.method === 'GET') {
      return versions.length
        ? answer(200, { data: { current_version: versions.length } })
        : errors(404);
    }
    const newest = versions.at(-1);
    if (part !== 'data') return errors(405, 'unsupported operation');
    if (request.method === 'GET') {
      if (!newest) return errors(404);
      const metadata = {
        version: versions.length,
        deletion_time: newest.deletionTime,
        destroyed: false,
      };
      return answer(newest.data ? 200 : 404, {
        data: { data: newest.data, metadata },
      });
    }
    const { data, options } = JSON.parse(await bodyOf(request));
    if (options && options.cas !== versions.length) {
      return errors(
        400,
        'check-and-set parameter did not match the current version',
      );
    }
    paths.set(path, [...versions, { data, deletionTime: '' }]);
    return answer(200, { data: { version: versions.length + 1 } });
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    url: `http://127.0.0.1:${port}`,
    paths,
    refuse(status?: number) {
      refusing = status;
    },
    /** What `vault kv delete` does. */
    softDelete(path: string) {
      const versions = paths.get(path) ?? [];
      const newest = versions.at(-1);
      if (newest) {
        newest.data = null;
        newest.deletionTime = new Date().toISOString();
      }
    },
    async stop() {
      server.closeAllConnections();
      await new Promise(resolve => {
        server.close(resolve);
      });
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
