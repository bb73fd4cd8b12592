import type { Grant } from './RoleModel';

/**
 * Says in a sentence why somebody may do something, and where. Refs stand in it as they are.
 *
 * @param whom - "you" when it is said to the person; otherwise their ref
 * @public
 */
export function sayWhy(grant: Grant, whom: { ref: string; isSelf: boolean }) {
  const who = whom.isSelf ? 'you' : whom.ref;
  const be = whom.isSelf ? 'are' : 'is';
  const { configured, via } = grant;
  switch (grant.role) {
    case 'administrators':
      return via === whom.ref
        ? `because ${who} ${whom.isSelf ? 'administer' : 'administers'} the portal`
        : `because ${who} ${be} in ${via}, which administers the portal`;
    case 'everyone':
      return 'because everyone who is signed in may';
    case 'owners':
      return `on what ${who} or a group of ${whom.isSelf ? 'yours' : 'theirs'} owns`;
    case 'creator':
      return `on what ${who} made or started`;
    default: {
      const bounds = [
        configured?.environments && `in ${list(configured.environments)}`,
        configured?.owners && `on what ${list(configured.owners)} owns`,
      ].filter(Boolean);
      const how =
        via === whom.ref
          ? `because ${who} ${whom.isSelf ? 'have' : 'has'} the role ${configured?.title}`
          : `because ${who} ${be} in ${via}, which has the role ${configured?.title}`;
      return [how, ...bounds].join(', ');
    }
  }
}

function list(names: string[]): string {
  return names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
