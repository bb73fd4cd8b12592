import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PolicyObject } from '@slipway/plugin-policies-node';

/** A request for approval as those who decide keep it. */
interface KeptApproval {
  id: string;
  subject: { id: string };
  digest: string;
  state: string;
  votes: object[];
}

/** Pages of two, so that sweeps turn some. */
const PAGE = 2;

/**
 * What policies have to do with and that stays when one of their processes dies: approvals, notifications, and what exists.
 * Approvals answer the same question with the same request, as the real ones do.
 */
export async function startOutside() {
  const approvals = new Map<string, KeptApproval>();
  const outside = {
    notifications: [] as { payload: { scope: string } }[],
    things: [] as PolicyObject[],
    url: '',
    reset() {
      outside.notifications = [];
      outside.things = [];
    },
    approvalsOf: (id: string) =>
      [...approvals.values()].filter(({ subject }) => subject.id === id),
    decide(id: string, state: 'approved' | 'rejected') {
      for (const approval of outside.approvalsOf(id)) {
        Object.assign(approval, {
          state,
          votes: [{ answer: 'approve', castBy: 'user:default/nora' }],
        });
      }
    },
  };
  const answer = (path: string, body: any): unknown => {
    const key = `${body.subject?.id} ${body.digest}`;
    switch (path) {
      case '/approvals/request':
        if (!approvals.has(key)) {
          approvals.set(key, {
            id: randomUUID(),
            subject: body.subject,
            digest: body.digest,
            state: 'pending',
            votes: [],
          });
        }
        return approvals.get(key);
      case '/approvals/get':
        return approvals.get(key);
      case '/approvals/withdraw': {
        const approval = approvals.get(key);
        if (approval?.state === 'pending') approval.state = 'withdrawn';
        return approval;
      }
      case '/notifications/send':
        outside.notifications.push(body);
        return undefined;
      case '/things/list': {
        const from = Number(body.cursor ?? 0);
        const next = from + PAGE;
        return {
          items: outside.things.slice(from, next),
          ...(next < outside.things.length && { nextCursor: String(next) }),
        };
      }
      default:
        throw new Error(`Nobody knows ${path}`);
    }
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const value = answer(
      request.url ?? '',
      JSON.parse(Buffer.concat(chunks).toString()),
    );
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ value }));
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  outside.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return Object.assign(outside, { stop });
}

export type Outside = Awaited<ReturnType<typeof startOutside>>;
