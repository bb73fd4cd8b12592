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
import { removeDatabase } from '../databases/removeDatabase';
import type { RepositoryHosts } from '../hosts/RepositoryHosts';
import { removeRepository } from '../hosts/removeRepository';
import { isResponse } from '../lib/isResponse';
import type { StepContext } from '../lib/StepContext';
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
      'Removes what a failed template task made: its catalog location, its repository while it is as the task left it, and its database while nobody was given a login of their own and it was not handed on. Of a repository its branches, tags, pull requests, issues, releases and wiki are compared. What is in a database is not looked at: it is turned off, and its data is kept for the grace period.',
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
        removed: z =>
          z.array(z.string(), {
            description: 'What is gone; of a database until when it is kept',
          }),
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
          const note = await removeOne(ctx, thing, token);
          await store.setRemoved(thing.id);
          await event.success();
          removed.push(note ? `${thing.title} (${note})` : thing.title);
          ctx.logger.info(
            note ? `${thing.title} ${note}.` : `${thing.title} is removed.`,
          );
        } catch (error) {
          await event.fail({ error: toError(error) });
          // The others need not stay because of it.
          failures.push(`${thing.title}: ${toError(error).message}`);
          ctx.logger.error(
            `${thing.title} could not be removed: ${toError(error).message}`,
          );
        }
      }
      ctx.output('removed', removed);
      if (failures.length > 0) {
        throw new ConflictError(
          [
            `Removed: ${removed.join(', ') || 'nothing'}. Not removed:`,
            ...failures.map(failure => `- ${failure}`),
            'Run this again when that is mended.',
          ].join('\n'),
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

  /** @returns what has to be said of it, when it is not simply gone */
  async function removeOne(
    ctx: StepContext,
    thing: Thing,
    token: string | undefined,
  ): Promise<string | undefined> {
    switch (thing.kind) {
      case 'location':
        await removeLocation(thing, await ctx.getInitiatorCredentials());
        return undefined;
      case 'database':
        return removeDatabase(ctx, databases, thing);
      case 'repository':
        await removeRepository(hosts, thing, token);
        return undefined;
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
}
