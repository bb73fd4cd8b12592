import { mockCredentials } from '@backstage/backend-test-utils';
import request from 'supertest';
import { ref } from './company';

/** Sends requests to a plugin as somebody. */
export function createCallers(server: Parameters<typeof request>[0]) {
  let keys = 0;
  const through = (authorization: string) => {
    const send = (
      method: 'get' | 'post' | 'put',
      path: string,
      body?: object,
      key = `key-${Math.random()}-${(keys += 1)}`,
    ) => {
      const call = request(server)
        [method](path.startsWith('/api/') ? path : `/api/policies${path}`)
        .set('authorization', authorization)
        .set('idempotency-key', key);
      return body ? call.send(body) : call;
    };
    return {
      get: (path: string) => send('get', path),
      put: (path: string, body: object = {}) => send('put', path, body),
      post: (path: string, body: object = {}, key?: string) =>
        send('post', path, body, key),
    };
  };
  const as = (name: string) => through(mockCredentials.user.header(ref(name)));
  /** Somebody who speaks on a person's behalf, as an action or another plugin does. */
  const onBehalfOf = (name: string) =>
    through(
      `Bearer ${mockCredentials.user.token(ref(name), {
        actor: { subject: 'plugin:mcp-actions' },
      })}`,
    );
  const service = (subject = 'plugin:databases') =>
    through(
      mockCredentials.service.header({
        onBehalfOf: mockCredentials.service(subject),
        targetPluginId: 'policies',
      }),
    );
  return { as, onBehalfOf, service };
}
