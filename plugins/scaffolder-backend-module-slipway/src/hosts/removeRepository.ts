import { ConflictError } from '@backstage/errors';
import type { Thing } from '../things/ThingStore';
import { carriesMarker } from './marker';
import { readRefs } from './readRefs';
import type { RepositoryHosts } from './RepositoryHosts';

/**
 * Removes a repository that a task made.
 *
 * @remarks
 * Refs (branches, tags, pull requests), issues, releases and wikis are looked at, and on GitHub forks, of which private ones would go, too. Labels, milestones, settings, hooks, deploy
 * keys, packages and runs of pipelines are not, and no host can look and delete in one step.
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
  const refs = await readRefs(found.cloneUrl, host.credentials);
  // The host's own word for the branch that it shows first.
  refs.delete('HEAD');
  const { branch, commitHash } = thing.details;
  for (const [ref, commit] of refs) {
    if (ref !== `refs/heads/${branch}` || commit !== commitHash) {
      throw leftAlone(
        thing,
        ref.startsWith('refs/heads/')
          ? 'commits that this task did not make'
          : `${ref}, which this task did not make`,
      );
    }
  }
  const uses = await host.uses();
  if (uses.length > 0) {
    throw leftAlone(thing, `${uses.join(', ')} of somebody`);
  }
  await host.remove();
}

function leftAlone({ title }: Thing, what: string): ConflictError {
  return new ConflictError(
    `${title} holds ${what}, so it is left alone. Remove it on its host if it shall go.`,
  );
}
