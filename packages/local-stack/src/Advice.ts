/**
 * An error that a person can act on: one sentence that says what is wrong, and a way out.
 */
export class Advice extends Error {
  /** What the person can do about it. */
  readonly wayOut?: string;
  /** Path of the log that says more. */
  readonly log?: string;

  constructor(message: string, options?: { wayOut?: string; log?: string }) {
    super(message);
    this.name = 'Advice';
    this.wayOut = options?.wayOut;
    this.log = options?.log;
  }
}
