import { z } from 'zod';
import { request } from './request';

/**
 * What people have put into a repository beside its commits.
 *
 * @param lists - what it is called for people, and where the host lists it
 * @returns the names of the lists that hold anything
 */
export async function readUses(
  lists: Record<string, string>,
  headers: Record<string, string>,
): Promise<string[]> {
  const names: string[] = [];
  for (const [name, url] of Object.entries(lists)) {
    const found = await request(z.array(z.unknown()), 'GET', url, headers);
    if (found && found.length > 0) {
      names.push(name);
    }
  }
  return names;
}
