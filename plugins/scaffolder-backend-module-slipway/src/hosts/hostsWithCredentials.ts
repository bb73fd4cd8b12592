import type { Config } from '@backstage/config';

/** The kinds of git hosts that repositories are created on, with the host that is meant when none is said. */
const DEFAULT_HOSTS = {
  gitea: undefined,
  github: 'github.com',
  gitlab: 'gitlab.com',
} as const;

/** Where an integration keeps what the portal itself signs in with. */
const CREDENTIALS = ['apps', 'password', 'token'];

/** A kind of git host that repositories are created on. */
export type HostKind = keyof typeof DEFAULT_HOSTS;

/** All of them, in the order in which they are offered. */
export const hostKinds = Object.keys(DEFAULT_HOSTS) as HostKind[];

/**
 * The hosts of a kind, in the order of the configuration, that something can be created on: all of them when people can sign in to
 * such hosts (`auth.providers`), and otherwise those the portal has credentials for in `integrations`, unless
 * `scaffolder.requireScmUserCredentials` asks for people's own. Without either only what is public can be read there.
 */
export function hostsWithCredentials(config: Config, kind: HostKind): string[] {
  const peopleSignIn = config.has(`auth.providers.${kind}`);
  const portalMay = !config.getOptionalBoolean(
    'scaffolder.requireScmUserCredentials',
  );
  const hosts = (
    config.getOptionalConfigArray(`integrations.${kind}`) ?? []
  ).flatMap(host => {
    const name = host.getOptionalString('host') ?? DEFAULT_HOSTS[kind];
    const portalCan = portalMay && CREDENTIALS.some(key => host.has(key));
    return name && (peopleSignIn || portalCan) ? [name] : [];
  });
  return [...new Set(hosts)];
}
