import type { RootConfigService } from '@backstage/backend-plugin-api';
import { readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds } from '@backstage/types';
import { createSigner, type Signer } from '@slipway/plugin-audit-node';

const DAY_MS = 86_400_000;
const MIN_RETENTION_DAYS = 90;
const MAX_ENTRIES = 1_000_000;

/** The plugin's configuration, checked. */
export interface AuditConfig {
  signer?: Signer;
  /** A folder for heads. */
  directory?: string;
  maxSegmentEntries: number;
  retentionDays?: number;
}

/**
 * Reads `audit`.
 *
 * @throws InputError that names the key that is wrong; secrets are not repeated
 */
export function readAuditConfig(config: RootConfigService): AuditConfig {
  return {
    signer: readSigner(config.getOptionalString('audit.signing.key')),
    directory: config.getOptionalString('audit.publish.directory'),
    maxSegmentEntries: readMaxEntries(
      config.getOptionalNumber('audit.segments.maxEntries'),
    ),
    retentionDays: readRetention(config),
  };
}

function readSigner(key: string | undefined): Signer | undefined {
  if (key === undefined) {
    return undefined;
  }
  const signer = createSigner(key);
  if (!signer) {
    throw new InputError(
      'audit.signing.key must be 32 bytes in base64; make one with "openssl rand -base64 32"',
    );
  }
  return signer;
}

function readMaxEntries(value: number | undefined): number {
  if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
    throw new InputError(
      'audit.segments.maxEntries must be a whole number above 0',
    );
  }
  return value ?? MAX_ENTRIES;
}

function readRetention(config: RootConfigService): number | undefined {
  if (!config.has('audit.retention')) {
    return undefined;
  }
  const duration = readDurationFromConfig(config, { key: 'audit.retention' });
  const days = durationToMilliseconds(duration) / DAY_MS;
  if (!(Math.round(days) >= MIN_RETENTION_DAYS)) {
    throw new InputError(
      `audit.retention must be at least ${MIN_RETENTION_DAYS} days`,
    );
  }
  return Math.round(days);
}
