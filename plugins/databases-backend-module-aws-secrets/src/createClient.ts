import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { AwsSecretsConfig } from './config';

const CONNECTED_WITHIN_MS = 3_000;
const ANSWER_WITHIN_MS = 8_000;

/**
 * A client for the configured region. Nothing is sent yet.
 * @public
 */
export function createClient(
  config: Pick<AwsSecretsConfig, 'region' | 'endpoint'>,
): SecretsManager {
  return new SecretsManager({
    region: config.region,
    endpoint: config.endpoint,
    // Whoever calls the store waits and tries again.
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: CONNECTED_WITHIN_MS,
      requestTimeout: ANSWER_WITHIN_MS,
      throwOnRequestTimeout: true,
    },
  });
}
