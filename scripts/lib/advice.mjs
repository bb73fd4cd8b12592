/**
 * An error that a person can act on: one sentence that says what is wrong, and a way out.
 */
export class Advice extends Error {
  /**
   * @param {string} message - what is wrong, one sentence
   * @param {{ wayOut?: string, log?: string, cause?: unknown }} [options] - what to do about it; the log to look into
   */
  constructor(message, options = {}) {
    super(message, { cause: options.cause });
    this.name = 'Advice';
    this.wayOut = options.wayOut;
    this.log = options.log;
  }
}

/** Prints an error as a person should see it: advice in two lines, anything unexpected with its stack. */
export function printFailure(error) {
  if (!(error instanceof Advice)) {
    console.error(
      `\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return;
  }
  console.error(`\n✗ ${error.message}`);
  if (error.wayOut) {
    console.error(`  ${error.wayOut}`);
  }
  if (error.log) {
    console.error(`  Log: ${error.log}`);
  }
  console.error('');
}

/** Runs a command line's main function; a failure is printed and becomes the exit status 1. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    printFailure(error);
    process.exitCode = 1;
  }
}
