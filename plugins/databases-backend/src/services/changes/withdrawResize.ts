import { ConflictError } from '@backstage/errors';
import type { Changing } from './changing';
import { endPendingChange } from './endPendingChange';

/** Takes a change of size back that waits for approval. What is under way with the database, or was last, goes on. */
export async function withdrawResize(changing: Changing): Promise<string> {
  const { record, last, actor } = changing;
  const ended = await endPendingChange(changing, record.id, {
    reason: 'it was withdrawn',
    actor,
  });
  if (!ended || !last) {
    throw new ConflictError(
      `No change of size of ${record.name} waits for approval. It may have been decided just now; look at it again.`,
    );
  }
  return last.id;
}
