import { readDurationFromConfig, type Config } from '@backstage/config';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds } from '@backstage/types';
import type { PolicyParam } from '@slipway/plugin-policies-common';
import { z } from 'zod';

const DAY_MS = 86_400_000;

const configSchema = z.object({
  locations: z
    .array(
      z.strictObject({
        type: z.enum(['file', 'url'], { error: 'must be file or url' }),
        target: z.string().min(1),
      }),
    )
    .min(1, {
      error:
        'is empty, and nothing is allowed without policies. Name a folder or a repository, or leave it out for those that come with Slipway.',
    })
    .max(20, { error: 'has more than 20 entries' })
    .default([{ type: 'file', target: 'policies' }]),
  params: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  waivers: z
    .object({ approvers: z.string().default('platform-team') })
    .prefault({}),
});

/** Where policies are read from. */
export type PolicyLocation = z.output<typeof configSchema>['locations'][number];

/** The plugin's configuration, checked. */
export interface PoliciesConfig {
  locations: PolicyLocation[];
  /** By policy. Whether they fit is said when the policies are read. */
  params: Record<string, Record<string, PolicyParam>>;
  /** The group that grants waivers. */
  approvers: string;
  longestWaiverMs: number;
  sweepEveryMs: number;
  /** Entity refs of those who look after the platform, in lower case. */
  administrators: string[];
}

/**
 * Reads `policies`.
 *
 * @throws InputError that names the key that is wrong.
 */
export function readPoliciesConfig(config: Config): PoliciesConfig {
  const result = configSchema.safeParse(config.getOptional('policies') ?? {});
  if (!result.success) {
    const problems = result.error.issues.map(
      issue => `policies.${issue.path.join('.')} ${issue.message}`,
    );
    throw new InputError(`Configuration is wrong: ${problems.join('; ')}`);
  }
  const { locations, params, waivers } = result.data;
  const group = (ref: string) =>
    stringifyEntityRef(
      parseEntityRef(ref, {
        defaultKind: 'group',
        defaultNamespace: 'default',
      }),
    );
  return {
    locations,
    params: params as PoliciesConfig['params'],
    approvers: group(waivers.approvers),
    longestWaiverMs:
      readDuration(config, 'policies.waivers.longest') ?? 90 * DAY_MS,
    sweepEveryMs:
      readDuration(config, 'policies.sweep.frequency') ?? DAY_MS / 24,
    administrators: (
      config.getOptionalStringArray('permission.slipway.administrators') ?? []
    ).map(group),
  };
}

function readDuration(config: Config, key: string): number | undefined {
  if (!config.has(key)) return undefined;
  const ms = durationToMilliseconds(readDurationFromConfig(config, { key }));
  if (ms <= 0) {
    throw new InputError(`Configuration is wrong: ${key} must be more than 0`);
  }
  return ms;
}
