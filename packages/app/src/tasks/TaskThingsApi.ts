import {
  ApiBlueprint,
  createApiRef,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/frontend-plugin-api';
import { ResponseError } from '@backstage/errors';

/** What a template task made outside the portal. */
export interface TaskThing {
  id: string;
  kind: 'repository' | 'database' | 'location';
  title: string;
  /** An address, or a path in the portal. */
  url?: string;
  /** Of a repository: the git host that it is on. */
  host?: string;
  /** `intended`: the task ended before it knew whether it came to be. */
  state: 'intended' | 'made' | 'removed';
}

/** All that a task made. */
export interface TaskThings {
  taskId: string;
  things: TaskThing[];
  /** The form that removes what is left, when anything is. */
  removalPath?: string;
}

/** Knows what template tasks made. */
export interface TaskThingsApi {
  /**
   * What some tasks made; of a task that the person may not read nothing is said.
   *
   * @param taskIds - at most 50
   */
  list(taskIds: readonly string[]): Promise<TaskThings[]>;
}

/** Reference to the {@link TaskThingsApi}. */
export const taskThingsApiRef = createApiRef<TaskThingsApi>({
  id: 'slipway.task-things',
});

/** Asks the scaffolder's backend. */
export const taskThingsApi = ApiBlueprint.make({
  name: 'slipway-task-things',
  params: defineParams =>
    defineParams({
      api: taskThingsApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: ({ discoveryApi, fetchApi }) => ({
        async list(taskIds) {
          if (taskIds.length === 0) {
            return [];
          }
          const query = new URLSearchParams(
            taskIds.map(taskId => ['taskId', taskId]),
          );
          const baseUrl = await discoveryApi.getBaseUrl('scaffolder');
          const response = await fetchApi.fetch(
            `${baseUrl}/slipway/things?${query}`,
          );
          if (!response.ok) {
            throw await ResponseError.fromResponse(response);
          }
          const { items } = (await response.json()) as { items: TaskThings[] };
          return items;
        },
      }),
    }),
});
