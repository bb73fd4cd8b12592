import { isError } from '@backstage/errors';
import { RetryableError, TerminalError } from '@slipway/plugin-databases-node';

/** What an administrator has to allow. */
const FORBIDDEN = [
  'AccessDenied',
  'AccountProblem',
  'AuthorizationHeaderMalformed',
  'CredentialsProviderError',
  'ExpiredToken',
  'Forbidden',
  'InvalidAccessKeyId',
  'InvalidToken',
  'KMS.DisabledException',
  'SignatureDoesNotMatch',
];
const FULL = [
  'InsufficientStorage',
  'QuotaExceeded',
  'XMinioAdminBucketQuotaExceeded',
  'XMinioStorageFull',
];
const TOO_LARGE = ['EntityTooLarge', 'InvalidArgument', 'TooManyParts'];

/** The number of an HTTP answer, where there was one. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } })?.$metadata
    ?.httpStatusCode;
}

/** Whether the storage says that there is no such file. That there is no such bucket is another thing. */
export function isAbsent(error: unknown): boolean {
  return isError(error) && ['NoSuchKey', 'NotFound'].includes(error.name);
}

/**
 * What a failed call means for the store. What the storage says may repeat what was sent, so only its name goes on.
 */
export function toStoreError(error: unknown): RetryableError | TerminalError {
  const name = isError(error) ? error.name : '';
  if (name === 'NoSuchBucket') {
    return new TerminalError(
      'The bucket of databases.backups.s3 is not there. Make it, or name another one.',
    );
  }
  if (FORBIDDEN.includes(name) || [401, 403].includes(statusOf(error) ?? 0)) {
    return new RetryableError(
      `The storage of backups refuses the portal: ${name}. Its role must be allowed what the README of the store names, and its credentials must be valid.`,
    );
  }
  if (FULL.includes(name) || statusOf(error) === 507) {
    return new RetryableError(
      'The storage of backups is full. Give it more space, or delete backups that are not needed any more.',
    );
  }
  if (TOO_LARGE.includes(name)) {
    return new TerminalError(
      `The storage of backups does not take a file as long as this: ${name}.`,
    );
  }
  return new RetryableError(
    statusOf(error) && name && name !== 'Error'
      ? `The storage of backups does not do it now: ${name}.`
      : 'The storage of backups does not answer.',
  );
}
