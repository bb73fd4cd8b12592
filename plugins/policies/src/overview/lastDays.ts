const DAY_MS = 86_400_000;

/** The last days in UTC, oldest first, today included, such as 2026-01-31. */
export function lastDays(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    new Date(now.getTime() - (count - 1 - index) * DAY_MS)
      .toISOString()
      .slice(0, 10),
  );
}
