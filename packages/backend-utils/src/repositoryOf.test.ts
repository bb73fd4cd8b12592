import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import { repositoryOf } from './repositoryOf';

const integrations = ScmIntegrations.fromConfig(
  new ConfigReader({
    integrations: {
      gitea: [
        { host: 'git.example.com' },
        { host: 'old.example.com', baseUrl: 'https://old.example.com/gitea' },
      ],
      bitbucketServer: [
        {
          host: 'bitbucket.example.com',
          apiBaseUrl: 'https://bitbucket.example.com/rest/api/1.0',
        },
      ],
    },
  }),
);

describe('repositoryOf', () => {
  it.each([
    ['https://git.example.com/acme/boats', ''],
    ['https://git.example.com/acme/boats', '/src/branch/main/'],
    ['https://old.example.com/gitea/acme/boats', '/src/branch/main/a.yaml'],
    ['https://github.com/acme/boats', '/blob/main/catalog-info.yaml'],
    ['https://gitlab.com/acme/boats', '/blob/main/catalog-info.yaml'],
    ['https://gitlab.com/acme/fleet/boats', '/-/tree/main/docs'],
    ['https://gitlab.com/acme/fleet/boats', ''],
    ['https://bitbucket.org/acme/boats', '/src/main/catalog-info.yaml'],
    ['https://dev.azure.com/acme/fleet/_git/boats', '?path=%2Fdocs'],
    [
      'https://bitbucket.example.com/projects/ACME/repos/boats',
      '/browse/a.yaml?at=main',
    ],
  ])('finds %s before %j', (repository, rest) => {
    expect(repositoryOf(`${repository}${rest}`, integrations)).toBe(repository);
  });

  it.each([
    'no address',
    'https://unknown.example.com/acme/boats',
    'https://git.example.com/acme',
    'https://gitlab.com/acme/-/tree/main',
    'https://dev.azure.com/acme/fleet/boats',
    'https://bitbucket.example.com/scm/acme/boats.git',
    // What a reader could understand in another way
    'https://git.example.com/acme/boats/../crown-jewels/src/branch/main',
    'https://git.example.com/acme/boats/%2e%2e/crown-jewels',
    'https://git.example.com/acme%2Fcrown-jewels/boats',
    'https://git.example.com/acme//boats',
    'https://git.example.com\\acme\\boats',
    'https://github.com@git.example.com/acme/boats',
    'https://git.example.com/acme/boats?owner=others',
    'https://git.example.com/acme/boats#/others',
    'HTTPS://git.example.com/acme/boats',
  ])('finds nothing in %s', address => {
    expect(repositoryOf(address, integrations)).toBeUndefined();
  });
});
