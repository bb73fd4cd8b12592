import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';

/** Documents at addresses, as a git host would give them; what is not in `files` is not there. */
export async function startFileServer() {
  const files = new Map<string, string>();
  const server = createServer((request, response) => {
    const content = files.get(request.url?.slice(1) ?? '');
    response.writeHead(content === undefined ? 404 : 200);
    response.end(content);
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    files,
    address: (name: string) => `http://${host}/${name}`,
    stop: () => new Promise(resolve => server.close(resolve)),
  };
}
