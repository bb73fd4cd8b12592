import { createHmac } from 'node:crypto';
import type { EventSinkConfig } from './sinkConfig';
import type { CloudEvent } from './toCloudEvent';

/** Why an event was not taken. */
export class NotTakenError extends Error {
  /** Whether the sink says that this event is wrong, and not that it cannot take any. */
  readonly isWrong: boolean;
  /** After which time the sink wants to be asked again. */
  readonly retryAfterMs?: number;

  constructor(
    message: string,
    options: { isWrong?: boolean; retryAfterMs?: number } = {},
  ) {
    super(message);
    this.name = 'NotTakenError';
    this.isWrong = options.isWrong ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

const LONGEST_WAIT_MS = 3_600_000;
/** Answers that are about what was sent. */
const WRONG = [400, 413, 422];

/**
 * Sends an event to the address of the configuration, in structured mode. Follows no redirect: the address is the one that somebody
 * wrote down.
 *
 * @throws NotTakenError without secrets, and without the address
 */
export async function sendToHttp(
  sink: EventSinkConfig,
  event: CloudEvent,
  signal?: AbortSignal,
): Promise<void> {
  const body = JSON.stringify(event);
  const timeout = AbortSignal.timeout(sink.timeoutSeconds * 1000);
  const response = await fetch(sink.url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'slipway',
      ...(sink.token && { authorization: `Bearer ${sink.token}` }),
      ...(sink.secret && sign(sink.secret, event.id, body)),
    },
    body,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).catch(error => {
    throw new NotTakenError(
      timeout.aborted
        ? `did not answer within ${sink.timeoutSeconds} s`
        : `cannot be reached (${error.cause?.code ?? error.name})`,
    );
  });
  // Nobody reads what else it says.
  await response.body?.cancel().catch(() => undefined);
  if (response.ok) return;
  const seconds = Number(response.headers.get('retry-after'));
  throw new NotTakenError(`answered with status ${response.status}`, {
    isWrong: WRONG.includes(response.status),
    retryAfterMs:
      seconds > 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : undefined,
  });
}

/** As the Standard Webhooks specification signs: the id, the time and the body. */
function sign(
  secret: string,
  id: string,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');
  const signature = createHmac('sha256', key)
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
