import { createServer } from 'node:http';
import { Pool } from 'pg';
import { readOrganisation } from '../people.ts';
import { loadSecrets } from '../secrets.ts';
import { addresses, readSettings } from '../settings.ts';
import { createIdentityProvider } from './createIdentityProvider.ts';
import { deleteExpired, migrateRecords } from './PostgresAdapter.ts';

const CLEANING_INTERVAL_MS = 60 * 60_000;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const secrets = await loadSecrets(settings.dataDir);
  const url = addresses(settings);
  const pool = new Pool({
    host: '127.0.0.1',
    port: settings.ports.portalDb,
    user: 'identity',
    password: secrets.portalDbIdentity,
    database: 'local_identity',
    max: 5,
  });
  // A connection that the server closed is replaced when it is needed.
  pool.on('error', error => process.stderr.write(`${error.message}\n`));
  await migrateRecords(pool);

  const clean = () =>
    deleteExpired(pool).catch(error =>
      process.stderr.write(`${error.stack}\n`),
    );
  await clean();
  setInterval(clean, CLEANING_INTERVAL_MS).unref();

  const server = createServer(
    createIdentityProvider({
      issuer: url.identity,
      clients: [
        {
          id: 'portal',
          name: 'Slipway',
          secret: secrets.oidcPortalSecret,
          redirectUris: [`${url.portal}/api/auth/oidc/handler/frame`],
          postLogoutRedirectUris: [url.portal],
        },
        {
          id: 'git-host',
          name: 'the git host',
          secret: secrets.oidcGitHostSecret,
          redirectUris: [`${url.git}/user/oauth2/company/callback`],
          postLogoutRedirectUris: [url.git],
        },
      ],
      listAccounts: async () => (await readOrganisation(settings)).people,
      password: secrets.peoplePassword,
      cookieKey: secrets.identityCookieKey,
      signingKey: secrets.identitySigningKey,
      pool,
    }),
  );
  server.listen(settings.ports.identity, '127.0.0.1');

  process.on('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
