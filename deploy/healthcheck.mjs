// The container's health: whether this replica is ready. Exit code 0 is healthy, 1 is not.
const port = process.env.SLIPWAY_PORT || '7007';

try {
  const answer = await fetch(
    `http://127.0.0.1:${port}/.backstage/health/v1/readiness`,
    { signal: AbortSignal.timeout(5_000) },
  );
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  // Nobody answers, or not in time: that is what the exit code says.
  process.exitCode = 1;
}
