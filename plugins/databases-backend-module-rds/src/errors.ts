import { isError } from '@backstage/errors';
import {
  AmbiguousError,
  isProviderError,
  RetryableError,
  TerminalError,
} from '@slipway/plugin-databases-node';

/** How long what an account has run out of is not asked for again, in milliseconds. */
const WHEN_SHORT_MS = 300_000;

interface AwsError extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number };
  $retryable?: { throttling?: boolean };
}

/**
 * What was asked of AWS.
 * @internal
 */
export interface Asked {
  /** The title of the provider. */
  title: string;
  /** As policies of IAM call it: `rds:CreateDBInstance`. */
  action: string;
  /** Whether it changes something. */
  writes: boolean;
  /** Whether nothing came before it, so that nothing was done when there is no connection. */
  isFirst?: boolean;
}

const THROTTLED = [
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
];
const REFUSED = ['AccessDenied', 'AccessDeniedException', 'NotAuthorized'];
const WITHOUT_LOGIN = [
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
];
/** What the account or AWS is short of, and what helps. */
const SHORT: Record<string, string> = {
  InstanceQuotaExceeded:
    'the account has as many instances as it may. Raise the quota "DB instances" of RDS in Service Quotas, or delete some.',
  StorageQuotaExceeded:
    'the account has as much storage as it may. Raise the quota "Total storage for all DB instances" of RDS in Service Quotas, or delete some.',
  SnapshotQuotaExceeded:
    'the account has as many snapshots as it may. Raise the quota "Manual DB instance snapshots" of RDS in Service Quotas, or delete some.',
  InsufficientDBInstanceCapacity:
    'AWS has no instance of this class left where the subnets are. Wait, add subnets in other zones to the subnet group, or configure another class.',
  LimitExceeded: 'the account has as many secrets as it may.',
};
/** What the configuration names and AWS does not have, and the key under which it is named. */
const MISCONFIGURED: Record<string, string> = {
  DBSubnetGroupNotFound: 'subnetGroup',
  DBSubnetGroupDoesNotCoverEnoughAZs: 'subnetGroup',
  InvalidSubnet: 'subnetGroup',
  InvalidVPCNetworkState: 'securityGroups',
  DBSecurityGroupNotFound: 'securityGroups',
  DBParameterGroupNotFound: 'parameterGroup',
  KMSKeyNotAccessible: 'kmsKeyId',
  StorageTypeNotSupported: 'storageType',
};

/**
 * The name of an error of AWS, which the SDK writes with and without an ending.
 * @internal
 */
export function nameOf(error: unknown): string {
  return isError(error) ? error.name.replace(/(Fault|Error)$/, '') : '';
}

/**
 * Says what became of a call, in words for people. What AWS says is kept only of RDS, to which no secret is sent.
 * @internal
 */
export function toProviderError(error: unknown, asked: Asked): Error {
  const { title, action, writes, isFirst = false } = asked;
  if (!isError(error)) {
    return new TerminalError(`${title} failed in an unknown way`);
  }
  if (isProviderError(error)) {
    return error;
  }
  const { name, $metadata, $retryable } = error as AwsError;
  const short = nameOf(error);
  const status = $metadata?.httpStatusCode ?? 0;
  if ($retryable?.throttling || THROTTLED.includes(name) || status === 429) {
    return new RetryableError(`${title}: AWS is asked too often (${action})`);
  }
  if (WITHOUT_LOGIN.includes(name)) {
    return new RetryableError(
      `${title}: AWS does not take the portal's credentials (${name}). They come from where AWS' own clients find them, and roleArn must let them in.`,
      { nothingSent: isFirst },
    );
  }
  if (REFUSED.includes(name) || status === 403) {
    return new TerminalError(
      `${title}: AWS does not let the portal do this. Allow ${action} to its role, as the README of the provider lists.`,
    );
  }
  if (Object.hasOwn(SHORT, short)) {
    return new RetryableError(`${title}: ${SHORT[short]}`, {
      retryAfterMs: WHEN_SHORT_MS,
    });
  }
  if (Object.hasOwn(MISCONFIGURED, short)) {
    return new TerminalError(
      `${title}: AWS does not have, or cannot use, what ${MISCONFIGURED[short]} names (${short}). Mend it under databases.providers.rds.`,
    );
  }
  if (/^InvalidDBInstanceState/.test(name)) {
    return new RetryableError(
      `${title}: the instance is busy with something else`,
    );
  }
  if (status >= 400 && status < 500) {
    const detail = action.startsWith('rds:') ? `: ${firstLine(error)}` : '';
    return new TerminalError(
      `${title}: AWS refused ${action} (${short})${detail}`,
    );
  }
  // Of a change the SDK may have asked before in vain.
  if (!writes && wasNeverSent(error)) {
    return new RetryableError(`${title}: AWS cannot be reached`, {
      nothingSent: isFirst,
    });
  }
  return writes
    ? new AmbiguousError(`${title}: AWS did not answer ${action}`)
    : new RetryableError(`${title}: AWS did not answer ${action}`);
}

function firstLine(error: Error): string {
  return error.message.split('\n')[0].slice(0, 300);
}

/** Whether there was not even a connection. The SDK may wrap the error, and keeps its text. */
function wasNeverSent({ code = '', message }: AwsError): boolean {
  return /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)\b/.test(`${code} ${message}`);
}
