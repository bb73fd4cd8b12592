import type { JsonObject } from '@backstage/types';
import type {
  MachineDefinition,
  OperationDefinition,
  OperationStep,
} from './definitions';

/**
 * A kind of resource with its states and the operations on it, checked when it is made: whatever
 * an operation may do to its resource is a transition that the machine knows.
 *
 * @public
 */
export class Machine {
  readonly kind: string;
  readonly initial: string;
  readonly #transitions: MachineDefinition['transitions'];
  readonly #operations: Map<string, OperationDefinition>;

  static create(
    definition: MachineDefinition,
    operations: readonly OperationDefinition[],
  ): Machine {
    const machine = new Machine(definition, operations);
    machine.#check(operations);
    return machine;
  }

  private constructor(
    definition: MachineDefinition,
    operations: readonly OperationDefinition[],
  ) {
    this.kind = definition.kind;
    this.initial = definition.initial;
    this.#transitions = definition.transitions;
    this.#operations = new Map(operations.map(o => [o.type, o]));
  }

  /** The operation of this type, if there is one. */
  operation(type: string): OperationDefinition | undefined {
    return this.#operations.get(type);
  }

  /** The types of its operations. */
  get types(): string[] {
    return [...this.#operations.keys()];
  }

  /** States from which none leads. */
  get finalStates(): string[] {
    return Object.entries(this.#transitions)
      .filter(([, targets]) => !targets.length)
      .map(([state]) => state);
  }

  /** Whether a resource may go from one state to the other; staying is always allowed. */
  allows(from: string, to: string): boolean {
    return from === to || Boolean(this.#transitions[from]?.includes(to));
  }

  #check(operations: readonly OperationDefinition[]) {
    const problems: string[] = [];
    const states = Object.keys(this.#transitions);
    if (!states.includes(this.initial)) {
      problems.push(`the initial state '${this.initial}' is not declared`);
    }
    for (const [from, targets] of Object.entries(this.#transitions)) {
      for (const to of targets.filter(t => !states.includes(t))) {
        problems.push(`'${from}' leads to '${to}', which is not declared`);
      }
    }
    if (this.#operations.size !== operations.length) {
      problems.push('two operations have the same type');
    }
    for (const operation of operations) {
      if (typeof operation.steps !== 'function') {
        problems.push(...this.#problemsOf(operation, operation.steps));
      }
    }
    this.#refuse(problems);
  }

  #refuse(problems: string[]) {
    if (problems.length) {
      throw new Error(
        `The machine of '${this.kind}' is wrong: ${problems.join('; ')}`,
      );
    }
  }

  /** The steps of an operation with this input, checked. */
  stepsOf(
    operation: OperationDefinition,
    input: JsonObject,
  ): readonly OperationStep[] {
    if (typeof operation.steps !== 'function') {
      return operation.steps;
    }
    const steps = operation.steps(input);
    this.#refuse(this.#problemsOf(operation, steps));
    return steps;
  }

  #problemsOf(
    operation: OperationDefinition,
    steps: readonly OperationStep[],
  ): string[] {
    const { type, from, succeeds, fails, uncertain } = operation;
    const problems: string[] = [];
    const need = (a: string, b: string, when: string) => {
      if (!this.allows(a, b)) {
        problems.push(`'${type}' goes from '${a}' to '${b}' ${when}`);
      }
    };
    if (!steps.length) {
      problems.push(`'${type}' has no steps`);
    }
    const { cancel } = operation;
    for (const undo of [operation.undo ?? [], cancel?.undo ?? []]) {
      const all = [...steps, ...undo];
      if (new Set(all.map(s => s.id)).size !== all.length) {
        problems.push(`'${type}' has two steps with the same id`);
      }
    }
    if (cancel?.before && !steps.some(s => s.id === cancel.before)) {
      problems.push(`'${type}' has no step '${cancel.before}'`);
    }
    const { leftUndone } = operation;
    const undoing = [...(operation.undo ?? []), ...(cancel?.undo ?? [])];
    if (leftUndone && !undoing.some(s => s.id === leftUndone.step)) {
      problems.push(`'${type}' has no step '${leftUndone.step}' to undo`);
    }
    if (uncertain && !steps[0]?.enters) {
      // Without it there would be no state to return to when a person says "go on".
      problems.push(
        `'${type}' has an uncertain state, so its first step must enter a state`,
      );
    }
    for (const start of from) {
      let state = start;
      for (const step of steps) {
        if (step.enters) need(state, step.enters, `at '${step.id}'`);
        state = step.enters ?? state;
        if (fails) need(state, fails, `when '${step.id}' fails`);
        if (uncertain) {
          need(state, uncertain, `when '${step.id}' is uncertain`);
          need(uncertain, state, `when '${step.id}' is resumed`);
          if (fails) need(uncertain, fails, 'when a person gives it up');
        }
        if (leftUndone) {
          const left = uncertain ?? state;
          need(left, leftUndone.ends, 'when its undo is given up');
        }
        for (const [a, b] of wayBack(operation, start, state)) {
          need(a, b, `when called off at '${step.id}'`);
        }
        if (cancel?.ends && step === steps[0]) {
          need(state, cancel.ends, 'when called off before it did anything');
        }
      }
      if (succeeds) need(state, succeeds, 'when it succeeds');
    }
    return problems;
  }
}

/** The transitions of an operation that is called off in this state, and taken back. */
function wayBack(
  { cancel, uncertain, fails }: OperationDefinition,
  start: string,
  state: string,
): [string, string][] {
  if (!cancel?.undo) return [];
  const entered = cancel.undo.flatMap(({ enters }) => enters ?? []);
  const way = [state, ...entered, cancel.ends ?? start];
  const pairs = way
    .slice(1)
    .map((to, index): [string, string] => [way[index], to]);
  for (const during of entered) {
    // What cannot be taken back goes to a person, who says "go on" or gives up.
    if (uncertain) pairs.push([during, uncertain], [uncertain, during]);
    else if (fails) pairs.push([during, fails]);
  }
  return pairs;
}

/**
 * The state that a resource is in while a step runs.
 *
 * @internal
 */
export function stateDuring(
  steps: readonly OperationStep[],
  stepId: string,
  current: string,
): string {
  const index = steps.findIndex(s => s.id === stepId);
  const entered = steps
    .slice(0, index + 1)
    .map(s => s.enters)
    .filter(s => s !== undefined);
  return entered.at(-1) ?? current;
}

/**
 * Lets a definition with a typed input stand in a list of definitions.
 *
 * @public
 */
export function defineOperation<TInput extends JsonObject>(
  definition: OperationDefinition<TInput>,
): OperationDefinition {
  // The input was validated by whoever started the operation; the tables give it back as JSON.
  return definition as unknown as OperationDefinition;
}
