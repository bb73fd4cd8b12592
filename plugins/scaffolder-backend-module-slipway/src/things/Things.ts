import type { AuthService } from '@backstage/backend-plugin-api';
import { ConflictError, InputError } from '@backstage/errors';
import type { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import { isResponse } from '../lib/isResponse';
import type { StepContext } from '../lib/StepContext';
import { removalPath } from './removalPath';
import type { Thing, ThingStore } from './ThingStore';

/** The part of an action's context that this needs. */
export type TaskContext = Pick<
  StepContext,
  'task' | 'user' | 'logger' | 'signal' | 'getInitiatorCredentials'
>;

/** A thing that a task is about to make. */
export interface WantedThing extends Pick<Thing, 'kind' | 'ref' | 'title'> {
  /** Whether it exists outside, looked up just now. */
  exists: boolean;
  /** Where it exists but was told to go: says so, and the ways on. */
  leaving?: string;
  /** Asked when it exists: whether it is the one that the record speaks of. */
  isOurs: (thing: Thing) => boolean;
}

/**
 * What a task may take for its own.
 *
 * @remarks
 *
 * A thing belongs to the task that made it. When that task has failed, the next
 * task of the same person that asks for the same thing goes on with it: this is
 * what "Start over" does, also with what was removed and brought back since.
 * Everything else that exists is left alone.
 */
export class Things {
  readonly #store: ThingStore;
  readonly #scaffolder: ScaffolderService;
  readonly #auth: AuthService;
  readonly #appBaseUrl: string;

  static create(options: {
    store: ThingStore;
    scaffolder: ScaffolderService;
    auth: AuthService;
    appBaseUrl: string;
  }): Things {
    return new Things(options);
  }

  private constructor(options: {
    store: ThingStore;
    scaffolder: ScaffolderService;
    auth: AuthService;
    appBaseUrl: string;
  }) {
    this.#store = options.store;
    this.#scaffolder = options.scaffolder;
    this.#auth = options.auth;
    this.#appBaseUrl = options.appBaseUrl.replace(/\/$/, '');
  }

  /**
   * Says whether {@link Things.claim} would succeed, and changes nothing.
   * @throws ConflictError as it would
   */
  async check(ctx: TaskContext, wanted: WantedThing): Promise<void> {
    await this.#decide(ctx, wanted);
  }

  /**
   * The record under which this task makes a thing, or made it before a crash.
   * @throws ConflictError when it exists and is not this task's.
   */
  async claim(ctx: TaskContext, wanted: WantedThing): Promise<Thing> {
    const { thing, next } = await this.#decide(ctx, wanted);
    if (thing && next === 'keep') {
      return thing;
    }
    if (thing && next === 'take-up') {
      ctx.logger.info(
        `${wanted.title} was made by your task ${thing.taskId}, which failed. This task goes on with it.`,
      );
      return this.#store.handOver(thing, ctx.task.id);
    }
    if (thing) {
      // Somebody removed it since; the record is history.
      await this.#store.setRemoved(thing.id);
    }
    return this.#store.intend({
      taskId: ctx.task.id,
      kind: wanted.kind,
      ref: wanted.ref,
      title: wanted.title,
      createdBy: requesterOf(ctx),
    });
  }

  async #decide(
    ctx: TaskContext,
    wanted: WantedThing,
  ): Promise<{ thing?: Thing; next: 'keep' | 'take-up' | 'make' }> {
    const { kind, ref, title, exists } = wanted;
    const requester = requesterOf(ctx);
    const taken = new ConflictError(
      `${title} exists already, and this task did not make it. Choose another name.`,
    );
    const thing =
      (await this.#store.find(kind, ref)) ??
      (exists ? await this.#store.findRemoved(kind, ref) : undefined);
    if (exists && !(thing && wanted.isOurs(thing))) {
      throw taken;
    }
    if (!thing) {
      return { next: 'make' };
    }
    if (exists && wanted.leaving && thing.createdBy === requester) {
      throw new ConflictError(`${title} ${wanted.leaving}`);
    }
    if (thing.taskId === ctx.task.id) {
      return { thing, next: 'keep' };
    }
    const state = await this.#stateOf(thing);
    if (state === 'active') {
      throw new ConflictError(
        `${title} is being made by another task at this moment. Wait for it to end, or choose another name.`,
      );
    }
    if (!exists) {
      return { thing, next: 'make' };
    }
    if (state !== 'failed' || thing.createdBy !== requester) {
      throw taken;
    }
    return { thing, next: 'take-up' };
  }

  /** What this task has on record about a thing. */
  async own(
    ctx: TaskContext,
    kind: Thing['kind'],
    ref: string,
  ): Promise<Thing | undefined> {
    const thing = await this.#store.find(kind, ref);
    return thing?.taskId === ctx.task.id ? thing : undefined;
  }

  /** Notes that a thing was made, or that nothing came of it. */
  async confirm(
    thing: Thing,
    made: { url?: string; details: JsonObject },
  ): Promise<void> {
    await this.#store.confirm(thing.id, made);
  }

  async forget(thing: Thing): Promise<void> {
    await this.#store.forget(thing.id);
  }

  /**
   * Runs a step that makes something. When it fails, or the task was cancelled
   * meanwhile, the log says what the task has made, and how to go on or to remove
   * exactly that.
   */
  async report<T>(ctx: TaskContext, step: () => Promise<T>): Promise<T> {
    const before = await this.#store.list(ctx.task.id);
    if (before.some(thing => thing.state === 'removed')) {
      throw new InputError(
        'What this task made was removed, so it cannot go on. Start it over.',
      );
    }
    try {
      const result = await step();
      if (ctx.signal?.aborted) {
        // The runner calls the task cancelled when this step has returned.
        await this.#tell(ctx);
      }
      return result;
    } catch (error) {
      await this.#tell(ctx);
      throw error;
    }
  }

  async #tell(ctx: TaskContext): Promise<void> {
    const things = await this.#store.list(ctx.task.id);
    if (things.length > 0) {
      ctx.logger.warn(this.#describe(ctx.task.id, things));
    }
  }

  #describe(taskId: string, things: Thing[]): string {
    return [
      'This task has not finished, but it has made:',
      ...things.map(({ title, state, url }) => {
        const sure = state === 'made' ? '' : ' (it may exist)';
        return `- ${title}${sure}${url ? ` ${this.#absolute(url)}` : ''}`;
      }),
      'To go on, press "Start over": what was made is kept and used.',
      `To remove exactly that: ${this.#appBaseUrl}${removalPath(taskId)}`,
    ].join('\n');
  }

  /** Things of our own portal are known by their path. */
  #absolute(url: string): string {
    return url.startsWith('/') ? `${this.#appBaseUrl}${url}` : url;
  }

  /** Asked with our own rights: the task can be somebody else's, and nothing else of it is given away. */
  async #stateOf(thing: Thing): Promise<'active' | 'failed' | 'ended'> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    try {
      const task = await this.#scaffolder.getTask(
        { taskId: thing.taskId },
        { credentials },
      );
      if (task.status === 'failed' || task.status === 'cancelled') {
        return 'failed';
      }
      return task.status === 'open' || task.status === 'processing'
        ? 'active'
        : 'ended';
    } catch (error) {
      if (isResponse(error, 404)) {
        // Deleted long after it ended.
        return 'ended';
      }
      throw error;
    }
  }
}

/** @throws InputError when nobody asked for the task. */
export function requesterOf(ctx: Pick<TaskContext, 'user'>): string {
  if (!ctx.user?.ref) {
    throw new InputError(
      'This step has to be run for a person. Start the task as somebody who is signed in.',
    );
  }
  return ctx.user.ref;
}
