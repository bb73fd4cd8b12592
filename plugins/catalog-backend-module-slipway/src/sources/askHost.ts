import { ServiceUnavailableError } from '@backstage/errors';
import type { z } from 'zod';

const TIMEOUT_MS = 10_000;

/** Any other answer says nothing about rights: a host that is busy must not open a door. */
export function assertOneOf(
  known: number[],
  status: number,
  url: string,
): void {
  if (!known.includes(status)) {
    throw new ServiceUnavailableError(
      `The git host ${new URL(url).host} answered ${status}, so it is not known who may read there. Try again later.`,
    );
  }
}

/** Asks a host's API, in the portal's or in somebody's name. */
export async function ask(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: unknown }> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // A renamed repository is another repository.
      redirect: 'manual',
    });
  } catch (error) {
    throw new ServiceUnavailableError(
      `The git host ${new URL(url).host} does not answer. Try again when it does.`,
      error,
    );
  }
  const text = await response.text();
  try {
    return {
      status: response.status,
      body: response.status === 200 ? JSON.parse(text) : undefined,
    };
  } catch {
    throw notUnderstood(url);
  }
}

export function parse<T>(schema: z.ZodType<T>, body: unknown, url: string): T {
  const result = schema.safeParse(body);
  if (!result.success) {
    throw notUnderstood(url);
  }
  return result.data;
}

/** As when a proxy answers with a page of its own. What it says is not repeated. */
function notUnderstood(url: string): ServiceUnavailableError {
  return new ServiceUnavailableError(
    `The git host ${new URL(url).host} gave an answer that is not of its API, so it is not known who may read there. Check its address under integrations, and what stands before it.`,
  );
}
