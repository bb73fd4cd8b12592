import type {
  BackstageCredentials,
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { taskReadPermission } from '@backstage/plugin-scaffolder-common/alpha';
import type { Router } from 'express';
import createRouter from 'express-promise-router';
import { z } from 'zod';
import { isResponse } from '../lib/isResponse';
import { removalPath } from '../things/removalPath';
import type { Thing, ThingStore } from '../things/ThingStore';

/** More than a page shows. */
const TASKS_AT_MOST = 50;

const querySchema = z.object({
  taskId: z.preprocess(
    value => (typeof value === 'string' ? [value] : value),
    z.array(z.uuid()).min(1).max(TASKS_AT_MOST),
  ),
});

/**
 * `GET /slipway/things?taskId=…`: what template tasks made, for the pages that show it.
 *
 * @remarks
 *
 * Of a task that the person may not read, or that does not exist, nothing is said.
 */
export function createThingsRouter(options: {
  store: ThingStore;
  httpAuth: HttpAuthService;
  permissions: PermissionsService;
}): Router {
  const { store, httpAuth, permissions } = options;
  const router = createRouter();
  router.get('/slipway/things', async (request, response) => {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const query = querySchema.safeParse(request.query);
    if (!query.success) {
      throw new InputError(
        `taskId: give the ids of 1 to ${TASKS_AT_MOST} tasks, each as its page's address has it, for example ?taskId=…&taskId=…`,
      );
    }
    const taskIds = [...new Set(query.data.taskId)];
    const readable = await readableOf(taskIds, credentials);
    const things = await store.listOf(readable);
    response.json({
      items: readable.map(taskId =>
        toTaskThings(
          taskId,
          things.filter(thing => thing.taskId === taskId),
        ),
      ),
    });
  });
  return router;

  async function readableOf(
    taskIds: string[],
    credentials: BackstageCredentials,
  ): Promise<string[]> {
    try {
      const decisions = await permissions.authorize(
        taskIds.map(taskId => ({
          permission: taskReadPermission,
          resourceRef: taskId,
        })),
        { credentials },
      );
      return taskIds.filter(
        (_, index) => decisions[index].result === AuthorizeResult.ALLOW,
      );
    } catch (error) {
      // One task that does not exist spoils the answer for all.
      if (!isResponse(error, 404)) {
        throw error;
      }
      const each =
        taskIds.length > 1
          ? taskIds.map(taskId => readableOf([taskId], credentials))
          : [];
      return (await Promise.all(each)).flat();
    }
  }
}

function toTaskThings(taskId: string, things: Thing[]) {
  const isLeft = things.some(thing => thing.state !== 'removed');
  return {
    taskId,
    things: things.map(({ id, kind, ref, title, url, state }) => ({
      id,
      kind,
      title,
      ...(url && { url }),
      // A repository's ref is its repoUrl.
      ...(kind === 'repository' && { host: ref.split('?')[0] }),
      state,
    })),
    ...(isLeft && { removalPath: removalPath(taskId) }),
  };
}
