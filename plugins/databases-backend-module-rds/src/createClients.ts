import { RDS } from '@aws-sdk/client-rds';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { RdsProviderConfig } from './config';

const CONNECTED_WITHIN_MS = 3_000;
const ANSWER_WITHIN_MS = 8_000;

/**
 * What speaks to AWS.
 * @public
 */
export interface AwsClients {
  rds: RDS;
  secrets: SecretsManager;
}

/**
 * Clients for the configured account and region. Nothing is sent yet.
 * @public
 */
export function createClients(
  config: Pick<RdsProviderConfig, 'region' | 'roleArn' | 'endpoints'>,
): AwsClients {
  const { region, roleArn, endpoints } = config;
  const common = {
    region,
    credentials: roleArn
      ? fromTemporaryCredentials({
          params: { RoleArn: roleArn, RoleSessionName: 'slipway' },
          clientConfig: { region },
        })
      : undefined,
    // Whoever calls the provider waits and tries again.
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: CONNECTED_WITHIN_MS,
      requestTimeout: ANSWER_WITHIN_MS,
      throwOnRequestTimeout: true,
    },
  };
  return {
    rds: new RDS({ ...common, endpoint: endpoints.rds }),
    secrets: new SecretsManager({
      ...common,
      endpoint: endpoints.secretsManager,
    }),
  };
}
