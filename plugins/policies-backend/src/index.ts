/**
 * The policies service: sets in force, verdicts, waivers, the sweep.
 *
 * @packageDocumentation
 */
export { policiesPlugin as default } from './plugin';
