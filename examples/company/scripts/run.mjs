import { spawn } from 'node:child_process';
import { company, slipwayHome } from './slipway.mjs';

/** Runs a program of Node until it ends, with the environment that our configuration refers to. */
export async function run(program, args, { cwd, nodeOptions = [] }) {
  const child = spawn(process.execPath, [...nodeOptions, program, ...args], {
    stdio: 'inherit',
    cwd,
    env: {
      ...process.env,
      COMPANY_ROOT: company,
      SLIPWAY_ROOT: slipwayHome(),
    },
  });
  // Ctrl-C reaches the child as well; it is the child's to end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) {
    throw new Error(`${program} ended with ${code}`);
  }
}
