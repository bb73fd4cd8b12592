import type {
  AuditorService,
  AuthService,
  BackstageCredentials,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  toError,
} from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { taskCancelPermission } from '@backstage/plugin-scaffolder-common/alpha';
import {
  createTemplateAction,
  type ScaffolderService,
} from '@backstage/plugin-scaffolder-node';
import { assertDirectPerson } from '@slipway/backend-utils';
import type { DatabasesClient } from '../databases/DatabasesClient';
import { isLeaving } from '../databases/leaving';
import type { RepositoryHosts } from '../hosts/RepositoryHosts';
import { removeRepository } from '../hosts/removeRepository';
import { isResponse } from '../lib/isResponse';
import { requireWholeLocation } from '../things/requireWholeLocation';
import type { Thing, ThingStore } from '../things/ThingStore';
import { removeThingsExamples } from './removeThings.examples';

/**
 * Removes what a failed task made, and nothing else. Each thing is looked at
 * once more before it goes; what has been used since then stays.
 */
export function createRemoveThingsAction(options: {
  store: ThingStore;
  scaffolder: ScaffolderService;
  permissions: PermissionsService;
  auditor: AuditorService;
  auth: AuthService;
  catalog: CatalogService;
  databases: DatabasesClient;
  hosts: RepositoryHosts;
}) {
  const { store, scaffolder, permissions, auditor, auth, catalog } = options;
  const { databases, hosts } = options;
  return createTemplateAction({
    id: 'slipway:task:remove',
    description:
      'Removes what a failed template task made: its catalog location, database and repository, each only while it is as the task left it. Of a repository its branches, tags, pull requests, issues, releases and wiki are compared.',
    examples: removeThingsExamples,
    supportsDryRun: true,
    schema: {
      input: {
        taskId: z => z.string({ description: 'The task that failed' }).uuid(),
        token: z =>
          z
            .string({
              description: `The requester's own token for the git host`,
            })
            .optional(),
      },
      output: {
        removed: z => z.array(z.string(), { description: 'What is gone' }),
      },
    },
    async handler(ctx) {
      const { taskId, token } = ctx.input;
      const credentials = await ctx.getInitiatorCredentials();
      // An agent that starts a template is no more than an agent: see docs/security.md.
      assertDirectPerson(
        auth,
        credentials,
        'Only people remove what a task made, with a session of their own. An agent does not; start this template in the portal.',
      );
      const status = await authorizedStatus(taskId, credentials).catch(
        error => {
          throw isResponse(error, 404)
            ? new InputError(
                'taskId: there is no such task. Take the id from the address of its page.',
              )
            : error;
        },
      );
      if (status !== 'failed' && status !== 'cancelled') {
        throw new ConflictError(
          `taskId: this task is ${status}. Only what a failed or cancelled task made is removed.`,
        );
      }
      const things = (await store.list(taskId)).filter(
        thing => thing.state !== 'removed',
      );
      if (things.length === 0) {
        ctx.logger.info('There is nothing left of this task.');
      }

      const removed: string[] = [];
      const failures: string[] = [];
      // The last that was made goes first: what points goes before its target.
      for (const thing of things.reverse()) {
        if (ctx.isDryRun) {
          ctx.logger.info(`${thing.title} would be removed.`);
          continue;
        }
        const event = await auditor.createEvent({
          eventId: 'task-thing-remove',
          severityLevel: 'medium',
          meta: {
            taskId,
            kind: thing.kind,
            ref: thing.ref,
            requestedBy: ctx.user?.ref,
          },
        });
        try {
          await removeOne(thing, token, credentials);
          await store.setRemoved(thing.id);
          await event.success();
        } catch (error) {
          await event.fail({ error: toError(error) });
          // The others need not stay because of it.
          failures.push(thing.title);
          ctx.logger.error(
            `${thing.title} could not be removed: ${toError(error).message}`,
          );
          continue;
        }
        ctx.logger.info(
          thing.kind === 'database'
            ? `${thing.title} is turned off and will be deleted; its page says when, and lets you change your mind.`
            : `${thing.title} is removed.`,
        );
        removed.push(thing.title);
      }
      ctx.output('removed', removed);
      if (failures.length > 0) {
        throw new ConflictError(
          `Not removed: ${failures.join(', ')}. The log says why; run this again when it is mended.`,
        );
      }
    },
  });

  /** Who may cancel a task may also undo it. */
  async function authorizedStatus(
    taskId: string,
    credentials: BackstageCredentials,
  ): Promise<string> {
    const [decision] = await permissions.authorize(
      [{ permission: taskCancelPermission, resourceRef: taskId }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        'taskId: only the person who started a task can remove what it made. Ask them, or the platform team.',
      );
    }
    const { status } = await scaffolder.getTask({ taskId }, { credentials });
    return status;
  }

  async function removeOne(
    thing: Thing,
    token: string | undefined,
    credentials: BackstageCredentials,
  ): Promise<void> {
    switch (thing.kind) {
      case 'location':
        return removeLocation(thing, credentials);
      case 'database':
        return removeDatabase(thing, credentials);
      case 'repository':
        return removeRepository(hosts, thing, token);
      default:
        throw new InputError(`There is no way to remove a ${thing.kind}.`);
    }
  }

  /**
   * With our own rights: people may register what they have, and not take any location away. Its id is on record as made by
   * the task that they may undo; where the task died before it knew the id, anybody may have registered it, and it goes only
   * when all that came from it is the requester's.
   */
  async function removeLocation(
    thing: Thing,
    requester: BackstageCredentials,
  ): Promise<void> {
    const { locationId } = thing.details;
    const ref = `url:${thing.ref}`;
    const credentials = await auth.getOwnServiceCredentials();
    const found = await catalog.getLocationByRef(ref, { credentials });
    if (found && locationId === undefined) {
      await requireWholeLocation(options, ref, requester);
    }
    // Registered anew by somebody else it has another id, and stays.
    if (found && (locationId === undefined || locationId === found.id)) {
      await catalog.removeLocationById(found.id, { credentials });
    }
  }

  async function removeDatabase(
    thing: Thing,
    credentials: BackstageCredentials,
  ): Promise<void> {
    const { databaseId } = thing.details;
    const [environment, name] = thing.ref.split('/');
    const found =
      typeof databaseId === 'string'
        ? await databases.findById(databaseId, { credentials })
        : await databases.findByName(environment, name, { credentials });
    if (!found || isLeaving(found)) {
      // Somebody deleted it already; asking again would be refused until its grace period is over.
      return;
    }
    if (databaseId === undefined && found.createdBy !== thing.createdBy) {
      // The order got no answer, and somebody else took the name.
      return;
    }
    await databases.delete(found.id, {
      idempotencyKey: `remove-${thing.id}`,
      credentials,
    });
  }
}
