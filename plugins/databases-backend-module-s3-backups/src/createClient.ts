import { S3Client } from '@aws-sdk/client-s3';
import type { S3BackupsConfig } from './config';

const CONNECTED_WITHIN_MS = 5_000;
/** Also for a part that goes over a slow line. */
const ANSWER_WITHIN_MS = 300_000;
/** Without a byte in either direction. */
const SILENT_MS = 60_000;

/**
 * A client for the configured storage. Nothing is sent yet.
 * @public
 */
export function createClient(
  config: Pick<S3BackupsConfig, 'region' | 'endpoint' | 'forcePathStyle'>,
): S3Client {
  return new S3Client({
    region: config.region,
    endpoint: config.endpoint,
    forcePathStyle: config.forcePathStyle,
    // A part of hours of work is worth some attempts.
    maxAttempts: 4,
    // Not all storage knows the checksums that AWS has added, and what is kept proves itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECTED_WITHIN_MS,
      requestTimeout: ANSWER_WITHIN_MS,
      socketTimeout: SILENT_MS,
      throwOnRequestTimeout: true,
    },
  });
}
