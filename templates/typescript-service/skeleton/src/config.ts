import { z } from 'zod';
import { NAME } from './name.ts';

const schema = z.object({
  SERVICE_NAME: z.string().min(1).default(NAME),
  SERVICE_VERSION: z.string().min(1).default('0.1.0'),
  HOST: z.string().min(1).default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info'),
  /** How long to answer on after SIGTERM, so that load balancers notice. */
  SHUTDOWN_DELAY_MS: z.coerce.number().int().min(0).max(60_000).default(0),
});

/** What the service is told by its environment. */
export type Config = z.infer<typeof schema>;

/**
 * Reads a part of the environment.
 *
 * @throws Error that names every variable that is missing or wrong, and never
 *   repeats a value: it may be a secret.
 */
export function readEnvironment<T extends z.ZodType>(
  part: T,
  environment: NodeJS.ProcessEnv,
): z.output<T> {
  const result = part.safeParse(environment);
  if (!result.success) {
    const problems = result.error.issues.map(
      issue => `${issue.path.join('.')}: ${issue.message}`,
    );
    throw new Error(`The environment is not usable: ${problems.join('; ')}`);
  }
  return result.data;
}

/** Reads what every part of the service needs. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  return readEnvironment(schema, environment);
}
