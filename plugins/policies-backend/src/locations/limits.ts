/** Most files of all locations together. */
export const FILES_MAX = 500;
/** Longest file, in bytes. */
export const FILE_BYTES_MAX = 200_000;
/** All files together, in bytes. */
export const TOTAL_BYTES_MAX = 5_000_000;
/** How long a location may take, in milliseconds. */
export const LOCATION_TIMEOUT_MS = 20_000;

/** Whether a file holds policies: cases are for tests. */
export function isPolicyFile(path: string): boolean {
  return /\.ya?ml$/.test(path) && !/(^|\/)cases\.ya?ml$/.test(path);
}
