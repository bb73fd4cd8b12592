import { isError } from '@backstage/errors';
import { RetryableError, TerminalError } from '@slipway/plugin-databases-node';

const FOLDER = 'The folder of backups (databases.backups.folder)';

/** Does something with the file system. */
export async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isSystemError(error) ? toStoreError(error) : error;
  }
}

/** Of the file system or another part of the operating system. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return isError(error) && 'syscall' in error;
}

/** Says what became of a call to the file system, in words for people. Paths are left out. */
export function toStoreError(error: unknown): Error {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new RetryableError(
        `${FOLDER} is full. Give it more space, or delete backups that are not needed any more.`,
      );
    case 'EFBIG':
      return new TerminalError(
        `${FOLDER} does not take files as long as this backup. Put it on another file system.`,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TerminalError(
        `The portal may not do this in the folder of backups (${code}). Let its user read and write databases.backups.folder.`,
      );
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
    case 'ENOSYS':
      return new TerminalError(
        `${FOLDER} is on a file system without hard links (${code}), which keep a backup from being replaced. Put it on another one.`,
      );
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ELOOP':
      return notOurs();
    default:
      return new RetryableError(`${FOLDER} does not work now (${code})`);
  }
}

/** Somebody has put something else in the place of a file or a folder. */
export function notOurs(): TerminalError {
  return new TerminalError(
    `${FOLDER} holds something else where this backup should be: a link, or a folder in place of a file. See what it is, and remove it.`,
  );
}
