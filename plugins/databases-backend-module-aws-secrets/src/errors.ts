import { isError } from '@backstage/errors';
import { RetryableError, TerminalError } from '@slipway/plugin-databases-node';

/** What the request itself is refused for. */
const REFUSED = [
  'InvalidParameterException',
  'InvalidRequestException',
  'ValidationException',
];
/** What an administrator has to allow. */
const FORBIDDEN = [
  'AccessDeniedException',
  'DecryptionFailure',
  'EncryptionFailure',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
];

/** Whether AWS says that a secret is not there. */
export function isAbsent(error: unknown): boolean {
  return isError(error) && error.name === 'ResourceNotFoundException';
}

/**
 * What a failed call means for the store. What AWS says may repeat what was sent, so only its name goes on.
 */
export function toStoreError(error: unknown): RetryableError | TerminalError {
  const name = isError(error) ? error.name : '';
  if (REFUSED.includes(name)) {
    return new TerminalError(`AWS Secrets Manager refuses a secret: ${name}.`);
  }
  if (FORBIDDEN.includes(name)) {
    return new RetryableError(
      `AWS Secrets Manager refuses the portal: ${name}. Its role must be allowed what the README of the store names, and its credentials must be valid.`,
    );
  }
  return new RetryableError(
    /(Exception|Error|Failure)$/.test(name) && name !== 'Error'
      ? `AWS Secrets Manager does not do it now: ${name}.`
      : 'AWS Secrets Manager does not answer.',
  );
}
