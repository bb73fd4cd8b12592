import { InputError } from '@backstage/errors';
import type { Readable } from 'node:stream';

/**
 * What a database holds, as its engine counts it, for people and for comparison: `{ tables: 12, rows: 3401 }`. A dump and
 * what was restored from it have the same.
 *
 * @public
 */
export type DatabaseContents = Record<string, number>;

/**
 * What a provider says of a dump that it has written.
 * @public
 */
export interface DatabaseDump {
  /** What {@link DatabaseProvider.restore} of the same engine knows it by: `pg_dump-custom`. */
  format: string;
  /** The version of the server that it was taken from. */
  serverVersion: string;
  contents: DatabaseContents;
}

/**
 * Keeps backups: files that are whole or not there, and never change.
 *
 * @remarks
 *
 * What it is given is sealed already. Every method may be repeated, by this
 * replica or another one. Beside what the methods name they throw
 *
 * - `InputError` for a name that no store takes, see `checkBackupName`;
 * - `RetryableError` when the store does not answer, is full, or refuses for a
 *   while; the message says what to do;
 * - `TerminalError` when a person has to do something else than wait.
 *
 * Neither an error nor its causes hold a key of the store.
 *
 * @public
 */
export interface BackupStore {
  /** As `databases.backups.store` names it: `folder`, `s3`. */
  readonly id: string;

  /** For people and the audit trail: "A folder of the portal". */
  readonly title: string;

  /**
   * Keeps a file once its content has ended well. When the content fails, or the signal aborts, nothing of it is left, then
   * or after the store has cleaned up by itself.
   *
   * @throws ConflictError when there is a file of this name, which stays
   */
  write(
    name: string,
    content: Readable,
    options?: { signal?: AbortSignal },
  ): Promise<{ sizeBytes: number }>;

  /**
   * @throws NotFoundError when there is no such file
   */
  read(name: string, options?: { signal?: AbortSignal }): Promise<Readable>;

  /** Gone is also fine. */
  remove(name: string): Promise<void>;
}

const NAME = /^[a-z0-9-]+(?:\/[a-z0-9-]+)*(?:\.[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 200;

/**
 * @throws InputError when a store does not have to take the name: lowercase letters, digits and hyphens in parts with `/`
 * between them, and what follows a dot at the end; 200 characters at most
 * @public
 */
export function checkBackupName(name: string): void {
  if (name.length > MAX_NAME_LENGTH || !NAME.test(name)) {
    throw new InputError(
      'The name of a backup is not one that every store takes',
    );
  }
}
