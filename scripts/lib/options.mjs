import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Advice } from './advice.mjs';

/**
 * Reads the command line of start and dev.
 *
 * @param {string[]} args
 * @param {string} usage - printed for --help and when the line cannot be understood
 * @returns {NodeJS.ProcessEnv | undefined} what was chosen, as environment variables; undefined when help was asked for
 */
export function readOptions(args, usage) {
  const { values } = parse(
    args,
    {
      empty: { type: 'boolean' },
      config: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
    usage,
  );
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  return {
    ...(values.empty && { SLIPWAY_SAMPLE: 'off' }),
    ...(values.config && {
      SLIPWAY_CONFIG: values.config.map(file => resolve(file)).join(':'),
    }),
  };
}

/** `parseArgs` whose complaints are advice. */
export function parse(args, options, usage, allowPositionals = false) {
  try {
    return parseArgs({ args, options, allowPositionals });
  } catch (error) {
    throw new Advice(error.message, { wayOut: `Usage: ${usage.trim()}` });
  }
}
