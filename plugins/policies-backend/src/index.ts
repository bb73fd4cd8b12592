/**
 * The policies service: sets in force, verdicts, waivers, the sweep.
 *
 * @packageDocumentation
 */
export {};
