import { TooManyRequestsError } from '@slipway/backend-utils';

/** Of one person. No page asks for as many at once. */
const MOST_WAITING = 10;
/** What takes longer hangs, and keeps the next of the same person waiting no more. */
const LONGEST_MS = 60_000;

/** Lets each person do one thing at a time, in the order in which they asked for it. */
export class PersonalTurns {
  /** Who does something, with what begins the next ones. */
  readonly #waiting = new Map<string, Array<() => void>>();

  /**
   * Waits for the person's turn.
   *
   * @returns what ends it, which may be called again
   * @throws TooManyRequestsError when many wait already
   */
  async take(person: string): Promise<() => void> {
    const waiting = this.#waiting.get(person);
    if (!waiting) {
      this.#waiting.set(person, []);
    } else if (waiting.length >= MOST_WAITING) {
      throw new TooManyRequestsError(
        `Files are read for you one at a time, and ${MOST_WAITING} wait already. Try again when you have some of the answers.`,
      );
    } else {
      await new Promise<void>(begin => {
        waiting.push(begin);
      });
    }
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      if (timer) {
        clearTimeout(timer);
        timer = undefined;
        this.#giveOn(person);
      }
    };
    timer = setTimeout(end, LONGEST_MS).unref();
    return end;
  }

  #giveOn(person: string): void {
    const next = this.#waiting.get(person)?.shift();
    if (next) {
      next();
    } else {
      this.#waiting.delete(person);
    }
  }
}
