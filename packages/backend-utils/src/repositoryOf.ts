import type { ScmIntegrationRegistry } from '@backstage/integration';

/** After these, addresses on GitLab go on within the project. GitLab gives no group or project such a name. */
const WITHIN_PROJECT = new Set(['-', 'blob', 'raw', 'tree']);

/**
 * The address of the repository that an address on a configured git host leads into.
 *
 * @remarks
 *
 * Made for comparing where two addresses lead, so it is strict: an address that a reader could understand in another
 * way (other than in its normal form, with a login or a query that the host needs not) leads nowhere.
 *
 * @returns undefined when it leads into no repository that is known
 * @public
 */
export function repositoryOf(
  address: string,
  integrations: ScmIntegrationRegistry,
): string | undefined {
  const integration = integrations.byUrl(address);
  if (!integration) {
    return undefined;
  }
  const url = new URL(address);
  const isNormal =
    url.href === address &&
    !url.username &&
    !url.password &&
    !/\/\/|\\|%2f|%5c/i.test(url.pathname);
  const mayAsk = ['azure', 'bitbucketServer'].includes(integration.type);
  if (!isNormal || url.hash || (url.search && !mayAsk)) {
    return undefined;
  }
  const segments = url.pathname.split('/').filter(segment => segment);
  const length = repositoryLength(integration, segments);
  return length >= 2 && length <= segments.length
    ? `${url.origin}/${segments.slice(0, length).join('/')}`
    : undefined;
}

/** How many segments of a path name the repository; less than two when none does. */
function repositoryLength(
  integration: { type: string; config?: { baseUrl?: string } },
  segments: string[],
): number {
  switch (integration.type) {
    case 'azure':
      return segments.indexOf('_git') + 2;
    case 'bitbucketCloud':
    case 'github':
      return 2;
    case 'bitbucketServer':
      return segments[2] === 'repos' ? 4 : 0;
    case 'gitea':
      return 2 + pathLength(integration.config?.baseUrl);
    case 'gitlab': {
      const end = segments.findIndex(segment => WITHIN_PROJECT.has(segment));
      return end < 0 ? segments.length : end;
    }
    default:
      return 0;
  }
}

function pathLength(baseUrl: string | undefined): number {
  return baseUrl
    ? new URL(baseUrl).pathname.split('/').filter(segment => segment).length
    : 0;
}
