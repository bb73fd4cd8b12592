import type { JsonObject } from '@backstage/types';

/** What somebody is about to have a golden path make. */
export interface Plan {
  templateRef: string;
  /** Answers of all steps so far. */
  parameters: JsonObject;
  /** Whether they are still answering; otherwise they look at all of it once more. */
  isTyping: boolean;
  /** Why it was not started, once that was tried. */
  refusal?: unknown;
}

/** The plan on the page. Upstream's wizard keeps it to itself; a field in its forms tells it here. */
export class PlanStore {
  #plan: Plan | undefined;
  readonly #listeners = new Set<() => void>();

  static create(): PlanStore {
    return new PlanStore();
  }

  private constructor() {}

  readonly get = (): Plan | undefined => this.#plan;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Answers were given. What was refused before was about others. */
  answer(templateRef: string, parameters: JsonObject): void {
    this.#set({ templateRef, parameters, isTyping: true });
  }

  /** No form is shown any more: they look at their answers, or have left. */
  rest(): void {
    this.#set(this.#plan && { ...this.#plan, isTyping: false });
  }

  refuse(refusal: unknown): void {
    this.#set(this.#plan && { ...this.#plan, refusal });
  }

  clear(): void {
    this.#set(undefined);
  }

  #set(plan: Plan | undefined): void {
    this.#plan = plan;
    this.#listeners.forEach(listener => listener());
  }
}

/** The one of this page. */
export const plans = PlanStore.create();
