import {
  InputError,
  NotAllowedError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import { z } from 'zod';

const TIMEOUT_MS = 20_000;

/**
 * Asks a git host. Answers `undefined` when the thing is not there; a host that
 * hides what one may not see answers the same.
 *
 * @throws NotAllowedError, InputError, ServiceUnavailableError with the host's own reason;
 *   never with a credential
 */
export async function request<T extends z.ZodType>(
  schema: T,
  method: 'GET' | 'DELETE' | 'POST',
  url: string,
  headers: Record<string, string>,
  body?: JsonObject,
): Promise<z.output<T> | undefined> {
  const { host } = new URL(url);
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // A renamed repository is another repository.
      redirect: 'manual',
    });
  } catch (error) {
    // Given to the constructor, the cause would be repeated in the sentence.
    throw Object.assign(
      new ServiceUnavailableError(
        `The git host ${host} does not answer. Try again when it does.`,
      ),
      { cause: error },
    );
  }
  // GitHub says "gone" of issues that are switched off.
  if (response.status === 404 || response.status === 410) {
    return undefined;
  }
  if (response.status === 401 || response.status === 403) {
    throw new NotAllowedError(
      `The git host ${host} refuses: ${await reason(response)}. Sign in to it again, or ask its administrators for the right.`,
    );
  }
  if (!response.ok) {
    // Asked once more it would say the same, except when it is in trouble itself.
    const Kind =
      response.status === 429 || response.status >= 500
        ? ServiceUnavailableError
        : InputError;
    throw new Kind(
      `The git host ${host} answered ${response.status}: ${await reason(response)}.`,
    );
  }
  const text = await response.text();
  return schema.parse(text ? JSON.parse(text) : {});
}

async function reason(response: Response): Promise<string> {
  const text = await response.text();
  const message = z.object({ message: z.string() }).safeParse(safeJson(text))
    .data?.message;
  return (message ?? response.statusText ?? 'no reason given').slice(0, 300);
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML page says nothing that helps.
    return undefined;
  }
}
