import { randomUUID } from 'node:crypto';
import { mockCredentials } from '@backstage/backend-test-utils';
import request from 'supertest';

/** Sends requests to the plugin, and to the approvals plugin beside it, as a person. */
export function createClients(server: Parameters<typeof request>[0]) {
  const as = (user: string) => ({
    get: (path: string) =>
      request(server)
        .get(`/api/databases${path}`)
        .set('authorization', mockCredentials.user.header(user)),
    post: (path: string, body: object = {}, key: string = randomUUID()) =>
      request(server)
        .post(`/api/databases${path}`)
        .set('authorization', mockCredentials.user.header(user))
        .set('idempotency-key', key)
        .send(body),
    put: (path: string, body: object) =>
      request(server)
        .put(`/api/databases${path}`)
        .set('authorization', mockCredentials.user.header(user))
        .send(body),
    delete: (path: string) =>
      request(server)
        .delete(`/api/databases${path}`)
        .set('authorization', mockCredentials.user.header(user)),
  });

  /** The approvals plugin's door, for a person. */
  const approvalsAs = (user: string) => ({
    list: () =>
      request(server)
        .get('/api/approvals/approvals?view=to-decide')
        .set('authorization', mockCredentials.user.header(user)),
    vote: (id: string, vote: object) =>
      request(server)
        .put(`/api/approvals/approvals/${id}/vote`)
        .set('authorization', mockCredentials.user.header(user))
        .send(vote),
  });

  /** Sends a request to the policies plugin beside it, as a person. */
  const askPolicies = (user: string, path: string, body: object) =>
    request(server)
      .post(`/api/policies${path}`)
      .set('authorization', mockCredentials.user.header(user))
      .send(body);

  return { as, approvalsAs, askPolicies };
}
