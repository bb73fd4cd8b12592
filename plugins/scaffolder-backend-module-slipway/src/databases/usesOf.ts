import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { DatabasesClient } from './DatabasesClient';

/** Pages of the timeline that are looked through. */
const MOST_PAGES = 10;

/**
 * What people have done with a database since it was made, as its owners see it: who was ever given a login of their own, and
 * whether it was handed on. Whether an application uses it, and what is in it, nobody here can know.
 */
export async function usesOf(
  client: DatabasesClient,
  databaseId: string,
  options: { credentials: BackstageCredentials },
): Promise<string[]> {
  const logins = await client.listPersonalLogins(databaseId, options);
  // Of one that failed the password was shown to nobody.
  const people = new Set(
    logins.filter(({ state }) => state !== 'failed').map(({ user }) => user),
  );
  const uses = people.size
    ? [`was opened to ${[...people].join(', ')} with a login of their own`]
    : [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { items, nextCursor } = await client.listEvents(databaseId, {
      ...options,
      cursor,
    });
    const handedOn = items.find(({ type }) => type === 'owner.changed');
    if (handedOn) {
      return [...uses, 'was handed on to another owner'];
    }
    if (!nextCursor) {
      break;
    }
    cursor = nextCursor;
  }
  return uses;
}
