import { ServiceUnavailableError } from '@backstage/errors';

const PATIENCE_MS = 5_000;

/**
 * Waits for an answer of another plugin, which may hang, for no longer than somebody waits for a page.
 *
 * @param answer - of a call that has begun; when it comes late it is thrown away
 * @param sentence - what does not work meanwhile, and what to do, for the one who asked
 * @throws ServiceUnavailableError after five seconds
 * @public
 */
export async function inTime<T>(
  answer: Promise<T>,
  sentence: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new ServiceUnavailableError(sentence)),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
