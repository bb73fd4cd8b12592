import type { Thing } from './ThingStore';

/** The form, filled in, that removes what a task made. */
export function removalPath(taskId: string, things: Thing[]): string {
  const repository = things.find(
    thing => thing.kind === 'repository' && thing.state !== 'removed',
  );
  const formData = {
    taskId,
    madeRepository: Boolean(repository),
    // A repository's ref is its repoUrl.
    ...(repository && { repoUrl: repository.ref }),
  };
  const query = new URLSearchParams({ formData: JSON.stringify(formData) });
  return `/create/templates/default/remove-what-a-task-made?${query}`;
}
