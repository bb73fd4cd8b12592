import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** This repository. */
export const company = resolve(import.meta.dirname, '..');

/** The checkout of Slipway that this company builds on, as `SLIPWAY_HOME` says. */
export function slipwayHome() {
  const home = process.env.SLIPWAY_HOME;
  if (!home) {
    throw new Error(
      'SLIPWAY_HOME is not set. Set it to the folder of a Slipway checkout in which `npm start` has run once.',
    );
  }
  if (!existsSync(join(home, 'packages/app/src/createPortal.tsx'))) {
    throw new Error(`SLIPWAY_HOME is ${home}, which is no Slipway checkout.`);
  }
  if (!existsSync(join(home, 'node_modules/.yarn-state.yml'))) {
    throw new Error(
      `Slipway in ${home} is not installed. Run \`npm start\` there once.`,
    );
  }
  return resolve(home);
}
