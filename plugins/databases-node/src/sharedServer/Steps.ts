import { TerminalError } from '../errors';
import {
  DatabaseSpec,
  DatabaseTarget,
  ProvisionStep,
  WriteContext,
} from '../provider';

/**
 * What a step is to make.
 * @public
 */
export interface EnsureRequest {
  target: DatabaseTarget;
  spec: DatabaseSpec;
}

/**
 * Brings about the effect of one step.
 *
 * @typeParam O - what every operation of the provider works with
 * @public
 */
export type Ensure<O> = (
  operation: O,
  request: EnsureRequest,
  context: WriteContext,
) => Promise<void>;

/**
 * The steps of a provider, in their order.
 * @public
 */
export class Steps<Id extends string, O> {
  readonly #steps: Record<Id, [string, Ensure<O>]>;

  /** @param steps - by id: what a step does, for people, and how */
  static create<Id extends string, O>(
    steps: Record<Id, [string, Ensure<O>]>,
  ): Steps<Id, O> {
    return new Steps(steps);
  }

  private constructor(steps: Record<Id, [string, Ensure<O>]>) {
    this.#steps = steps;
  }

  list(): Array<ProvisionStep & { id: Id }> {
    return Object.entries<[string, Ensure<O>]>(this.#steps).map(
      ([id, [title]]) => ({ id: id as Id, title }),
    );
  }

  /** @throws TerminalError when there is no such step */
  async ensure(
    operation: O,
    step: string,
    request: EnsureRequest,
    context: WriteContext,
  ): Promise<void> {
    if (!Object.hasOwn(this.#steps, step)) {
      throw new TerminalError(`There is no step "${step}"`);
    }
    const [, ensure] = this.#steps[step as Id];
    await ensure(operation, request, context);
  }

  /**
   * How far a database is made.
   *
   * @param done - whether the effect of a step is there, by id
   */
  progress(done: Record<Id, boolean>): {
    status: 'partial' | 'present';
    doneSteps: string[];
  } {
    const steps = this.list();
    const doneSteps = steps.map(({ id }) => id).filter(id => done[id]);
    return {
      status: doneSteps.length === steps.length ? 'present' : 'partial',
      doneSteps,
    };
  }
}
