import type { JsonObject } from '@backstage/types';
import { TerminalError } from '../errors';

const MAX_OUTPUT_BYTES = 16 * 1024;
const SECRET_NAME =
  /pass(word|wd|phrase)|secret|token|credential|private_?key/i;

/** A guard, not a proof: outputs are shown and stored in the clear. */
export function assertPublic(output: JsonObject, stepId: string) {
  const text = JSON.stringify(output, (key, value) => {
    if (SECRET_NAME.test(key)) {
      throw new TerminalError(
        `Step '${stepId}' hands out '${key}', which looks like a secret; outputs are stored in the clear`,
      );
    }
    return value;
  });
  if (Buffer.byteLength(text) > MAX_OUTPUT_BYTES) {
    throw new TerminalError(
      `The output of step '${stepId}' is larger than ${MAX_OUTPUT_BYTES} bytes`,
    );
  }
}
