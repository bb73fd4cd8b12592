import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Pool } from 'pg';
import { createIdentityProvider } from '../../packages/local-stack/src/identity/createIdentityProvider.ts';
import { migrateRecords } from '../../packages/local-stack/src/identity/PostgresAdapter.ts';
import type { Account } from '../../packages/local-stack/src/people.ts';
import type { PostgresConnection } from '../../packages/local-stack/src/postgres/PostgresServer.ts';

/** An OpenID Connect provider that runs, and what a portal must know to use it. */
export interface RunningIdentityProvider {
  metadataUrl: string;
  clientId: string;
  clientSecret: string;
  /** The one password of all people. */
  password: string;
  close(): Promise<void>;
}

/**
 * Starts the local stack's identity provider in this process.
 *
 * @param options.portalUrl - the portal that it signs people in to.
 * @param options.connection - a database of its own for sessions and grants.
 */
export async function startIdentityProvider(options: {
  port: number;
  portalUrl: string;
  people: Account[];
  connection: PostgresConnection;
}): Promise<RunningIdentityProvider> {
  const { port, portalUrl, people, connection } = options;
  const issuer = `http://localhost:${port}`;
  const secret = () => randomBytes(24).toString('base64url');
  const clientSecret = secret();
  const password = secret();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  const pool = new Pool({ ...connection, max: 5 });
  pool.on('error', error =>
    process.stderr.write(`Identity provider: ${error.message}\n`),
  );
  await migrateRecords(pool);
  const server = createServer(
    createIdentityProvider({
      issuer,
      clients: [
        {
          id: 'portal',
          name: 'Slipway',
          secret: clientSecret,
          redirectUris: [`${portalUrl}/api/auth/oidc/handler/frame`],
        },
      ],
      listAccounts: async () => people,
      password,
      cookieKey: secret(),
      signingKey: {
        ...privateKey.export({ format: 'jwk' }),
        kid: 'first',
        use: 'sig',
        alg: 'RS256',
      },
      pool,
    }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    metadataUrl: `${issuer}/.well-known/openid-configuration`,
    clientId: 'portal',
    clientSecret,
    password,
    close: async () => {
      server.closeAllConnections();
      await new Promise(done => {
        server.close(done);
      });
      await pool.end();
    },
  };
}
