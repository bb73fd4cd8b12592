import { ConflictError } from '@backstage/errors';
import type { Thing } from '../things/ThingStore';
import { carriesMarker } from './marker';
import { readBranches } from './readBranches';
import type { RepositoryHosts } from './RepositoryHosts';

/**
 * Removes a repository that a task made.
 *
 * @throws ConflictError when it is not provably that one, or holds anything
 *   that the task did not put into it
 */
export async function removeRepository(
  hosts: RepositoryHosts,
  thing: Thing,
  token: string | undefined,
): Promise<void> {
  const host = await hosts.open(hosts.locate(thing.ref), token);
  const found = await host.find();
  if (!found) {
    return;
  }
  if (!carriesMarker(found, thing.id)) {
    throw new ConflictError(
      `${thing.title} does not carry the marker of this task any more, so it is left alone. Remove it on its host if it shall go.`,
    );
  }
  const branches = await readBranches(found.cloneUrl, host.credentials);
  const { branch, commitHash } = thing.details;
  const asLeft =
    branches.size === 0 ||
    (branches.size === 1 &&
      typeof branch === 'string' &&
      branches.get(branch) === commitHash);
  if (!asLeft) {
    throw new ConflictError(
      `${thing.title} holds commits that this task did not make, so it is left alone. Remove it on its host if it shall go.`,
    );
  }
  await host.remove();
}
