import { isCelError, type CelInput, type CelResult } from '@bufbuild/cel';
import type { Frame, Runnable } from '../cel/compileExpression';

/** Sees each expression with its outcome; used to explain. */
export type Witness = (
  part: 'variable' | 'matchCondition' | 'validation',
  name: string,
  outcome: CelResult,
) => void;

/** Variables that are computed when they are asked for, and once. An error in one is an error of whoever asks. */
export class LazyVariables extends Map<string, CelInput> {
  private readonly outcomes = new Map<string, CelResult>();

  constructor(
    private readonly runs: ReadonlyMap<string, Runnable>,
    private readonly frame: Frame,
    private readonly witness?: Witness,
  ) {
    super();
  }

  override get(name: string): CelInput | undefined {
    const run = this.runs.get(name);
    if (!run) {
      return undefined;
    }
    let outcome = this.outcomes.get(name);
    if (outcome === undefined) {
      // Whoever asks may be in a loop, whose values a loop in the variable must not touch.
      outcome = run([...this.frame]);
      this.outcomes.set(name, outcome);
      this.witness?.('variable', name, outcome);
    }
    if (isCelError(outcome)) {
      throw outcome;
    }
    return outcome as CelInput;
  }
}
