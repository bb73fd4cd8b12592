import type { BenchPostgres } from '../lib/postgres.ts';
import type { Side } from './side.ts';

/**
 * The vanilla app as `create-app` made it, with its own production configuration.
 *
 * @remarks
 *
 * It offers a guest only, so a guest is who visits. That is the cheapest sign-in there is: no identity provider, no user
 * entity, and a policy that allows everything without looking.
 */
export function vanillaSide(options: {
  bundle: string;
  port: number;
  postgres: BenchPostgres;
}): Side {
  const { bundle, port, postgres } = options;
  const { connection } = postgres;
  return {
    name: 'bare',
    url: `http://localhost:${port}`,
    port,
    postgres,
    bundle,
    configs: ['app-config.yaml', 'app-config.production.yaml'],
    env: {
      POSTGRES_HOST: connection.host,
      POSTGRES_PORT: String(connection.port),
      POSTGRES_USER: connection.user,
      POSTGRES_PASSWORD: connection.password,
    },
    config: {
      backend: { listen: `127.0.0.1:${port}` },
      // Without it the guest is refused outside development.
      auth: {
        providers: { guest: { dangerouslyAllowOutsideDevelopment: true } },
      },
    },
    catalogPath: '/',
    signInLabel: 'Enter',
    signIn: async page => {
      await page.getByRole('button', { name: 'Enter' }).click();
      await page
        .getByText(/^Bench component \d+$/)
        .first()
        .waitFor();
    },
  };
}
