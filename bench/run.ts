import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatTable, type Result } from './lib/report.ts';
import { policies } from './policies/index.ts';
import { portal } from './portal/index.ts';

/** A comparison of ours with the same work done bare, both measured in one run, in turns. */
export interface Benchmark {
  description: string;
  run(context: Context): Promise<Result[]>;
}

/** What a benchmark is run with. */
export interface Context {
  root: string;
  options: BenchmarkOptions;
  log: (line: string) => void;
  /** Rejects when somebody wants the benchmark to stop: it then puts away what it started. */
  interrupted: Promise<never>;
}

/** What may be said on the command line; a benchmark chooses its own defaults. */
export interface BenchmarkOptions {
  rounds?: number;
  seconds?: number;
  components?: number;
  fresh: boolean;
  keep: boolean;
}

const benchmarks: Record<string, Benchmark> = { policies, portal };

const usage = `npm run bench -- <name> [--rounds n] [--seconds n] [--components n] [--fresh] [--keep]

${Object.entries(benchmarks)
  .map(([name, { description }]) => `  ${name.padEnd(14)}${description}`)
  .join('\n')}

  --rounds      rounds per side; medians are taken over them
  --seconds     how long each kind of request is sent
  --components  size of the generated catalog
  --fresh       make the other side anew instead of taking it from the cache
  --keep        keep logs and data of the run`;

/** Runs one benchmark. Returns the exit code: 0 when every target is met, 1 when not, 2 when it could not be asked for. */
async function main(args: string[]): Promise<number> {
  let name: string;
  let options: BenchmarkOptions;
  try {
    ({ name, options } = parse(args));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (loadavg()[0] > availableParallelism()) {
    console.warn(
      `This machine is busy (load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores): the figures will say little.`,
    );
  }
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`Stopped by ${signal}`)));
    }
    process.once('disconnect', () =>
      reject(new Error('Stopped, because the command has ended')),
    );
    process.channel?.unref();
  });
  interrupted.catch(() => {});
  const results = await benchmarks[name].run({
    root,
    options,
    log: console.log,
    interrupted,
  });
  const folder = join(root, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${name}.json`),
    `${JSON.stringify(results, null, 2)}\n`,
  );
  console.log(`\n${formatTable(results)}\n`);
  const missed = results.filter(result => !result.met);
  if (missed.length > 0) {
    console.error(
      `${missed.length} of ${results.length} targets missed: ${missed.map(result => result.measure).join(', ')}`,
    );
    return 1;
  }
  console.log(`All ${results.length} targets met`);
  return 0;
}

function parse(args: string[]) {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      components: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const [name, ...others] = positionals;
  if (!name || others.length > 0 || !Object.hasOwn(benchmarks, name)) {
    throw new Error(
      `${name ? `There is no benchmark '${positionals.join(' ')}'` : 'Say which benchmark to run'}; there is: ${Object.keys(benchmarks).join(', ')}`,
    );
  }
  return {
    name,
    options: {
      ...values,
      rounds: count('rounds', values.rounds),
      seconds: count('seconds', values.seconds),
      components: count('components', values.components),
    },
  };
}

function count(option: string, text?: string): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new Error(
      `--${option} takes a whole number from 1 to 999999, not '${text}'`,
    );
  }
  return Number(text);
}

process.exitCode = await main(process.argv.slice(2));
