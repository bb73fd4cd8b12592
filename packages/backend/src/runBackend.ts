import type { createPortalBackend } from './createPortalBackend';

/**
 * Starts a backend for good. When it cannot start (its port is taken, its configuration is wrong), the process ends
 * with the status 1 and one line that says why, so that whoever runs it starts it again or shows the error: left to
 * itself it would stay, log the failure and serve nothing.
 */
export async function runBackend(
  backend: ReturnType<typeof createPortalBackend>,
): Promise<void> {
  try {
    await backend.start();
  } catch (error) {
    // The logger may be what failed, and its lines may not be written before the end.
    process.stderr.write(`${describe(error)}\n`);
    process.exit(1);
  }
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = {
    level: 'error',
    message: `The portal cannot start: ${message}`,
  };
  return process.env.NODE_ENV === 'production'
    ? JSON.stringify(line)
    : line.message;
}
