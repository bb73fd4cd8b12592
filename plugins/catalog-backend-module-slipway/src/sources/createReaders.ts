import type { AuthService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import { parseEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { openHost } from './HostApi';
import type { OpenSources } from './OpenSources';
import { RepositoryReaders } from './RepositoryReaders';

/** Readers that ask the configured git hosts, and the catalog for people's accounts there. */
export function createReaders(deps: {
  auth: AuthService;
  catalog: CatalogService;
  config: Config;
  sources: OpenSources;
}): RepositoryReaders {
  const { auth, catalog, config, sources } = deps;
  const integrations = ScmIntegrations.fromConfig(config);
  const namesAreLogins =
    config.getOptionalStringArray('catalog.slipway.namesAreLogins') ?? [];
  return RepositoryReaders.create({
    sources,
    openHost: repository => openHost(repository, integrations),
    async loginOf(userRef, repository) {
      const { host, hostname } = new URL(repository);
      if (namesAreLogins.includes(host)) {
        return parseEntityRef(userRef).name;
      }
      // People come from places that the configuration names: nobody writes an account into their own entity.
      const user = await catalog.getEntityByRef(userRef, {
        credentials: await auth.getOwnServiceCredentials(),
      });
      return user?.metadata.annotations?.[`${hostname}/user-login`];
    },
  });
}
