import type { DatabaseUsage } from '@slipway/plugin-databases-common';
import type { HealthRow } from '../database/health';

/** What is known of how a database is used, as the portal shows it; nothing until it was measured. */
export function toUsage(row: HealthRow): DatabaseUsage | undefined {
  if (!row.measured_at) return undefined;
  return {
    measuredAt: row.measured_at.toISOString(),
    sizeBytes: row.size_bytes === null ? undefined : Number(row.size_bytes),
    sessions: row.sessions ?? undefined,
    cacheHitRatio: row.cache_hit_ratio ?? undefined,
    growthBytesPerDay: row.growth_bytes_per_day ?? undefined,
    daysToFull: row.days_to_full ?? undefined,
    lastUsedAt: row.last_used_at?.toISOString(),
  };
}
