import {
  ApiBlueprint,
  configApiRef,
  githubAuthApiRef,
  gitlabAuthApiRef,
} from '@backstage/frontend-plugin-api';
import { ScmAuth, scmAuthApiRef } from '@backstage/integration-react';
import { gitHostAuthApiRef } from './authApis';

/** What publishing needs on a Gitea host: to make a repository, also within an organisation. */
const GITEA_SCOPES = {
  default: ['read:user', 'read:repository'],
  repoWrite: ['write:repository', 'write:organization'],
};

/**
 * Finds the account by which a person reaches a git host, so that golden paths publish with the
 * person's own rights.
 */
export const scmAuthApi = ApiBlueprint.make({
  name: 'scm-auth',
  params: defineParams =>
    defineParams({
      api: scmAuthApiRef,
      deps: {
        configApi: configApiRef,
        gitHostAuthApi: gitHostAuthApiRef,
        githubAuthApi: githubAuthApiRef,
        gitlabAuthApi: gitlabAuthApiRef,
      },
      factory: ({
        configApi,
        gitHostAuthApi,
        githubAuthApi,
        gitlabAuthApi,
      }) => {
        const giteaHosts =
          configApi
            .getOptionalConfigArray('integrations.gitea')
            ?.map(integration => integration.getString('host')) ?? [];
        return ScmAuth.merge(
          ...giteaHosts.map(host =>
            ScmAuth.forAuthApi(gitHostAuthApi, {
              host,
              scopeMapping: GITEA_SCOPES,
            }),
          ),
          ScmAuth.forGithub(githubAuthApi),
          ScmAuth.forGitlab(gitlabAuthApi),
        );
      },
    }),
});
