import { join } from 'node:path';
import { createGitHost, type GitHostLogger } from './git-host/index.ts';
import { importSampleRepositories } from './importSampleRepositories.ts';
import { readOrganisation } from './people.ts';
import { gitOAuthClientId, gitServiceAccount } from './portalEnvironment.ts';
import { loadSecrets } from './secrets.ts';
import { addresses, readSettings } from './settings.ts';

const logger: GitHostLogger = {
  info: (message, meta) => log('info', message, meta),
  warn: (message, meta) => log('warn', message, meta),
  error: (message, meta) => log('error', message, meta),
};

function log(level: string, message: string, meta?: object): void {
  const time = new Date().toISOString();
  process.stdout.write(
    `${JSON.stringify({ time, level, message, ...meta })}\n`,
  );
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const secrets = await loadSecrets(settings.dataDir);
  const url = addresses(settings);
  const organisation = settings.sample
    ? { name: 'lighthouse', title: 'Lighthouse' }
    : { name: 'company', title: 'The company' };
  const host = await createGitHost({
    dataDir: settings.dataDir,
    baseUrl: url.git,
    host: '127.0.0.1',
    identityProvider: {
      issuer: url.identity,
      clientId: 'git-host',
      clientSecret: secrets.oidcGitHostSecret,
    },
    oauthClient: {
      id: gitOAuthClientId,
      secret: secrets.gitOAuthSecret,
      redirectUris: [`${url.portal}/api/auth/gitea/handler/frame`],
    },
    directory: async () => ({
      ...(await readOrganisation(settings)),
      organisations: [
        { ...organisation, members: 'everyone', owners: ['platform-team'] },
      ],
    }),
    serviceAccounts: [
      { name: gitServiceAccount, password: secrets.gitServicePassword },
    ],
    logger,
  });
  if (settings.sample) {
    await importSampleRepositories(
      host,
      join(settings.dataDir, 'git', 'imported.json'),
      await readOrganisation(settings),
    );
  }
  await host.start();
  process.on('SIGTERM', () => {
    host.stop().then(
      () => process.exit(0),
      error => {
        log('error', String(error));
        process.exit(1);
      },
    );
  });
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
