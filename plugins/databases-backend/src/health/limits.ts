import type { DatabaseSizeLimits } from '@slipway/plugin-databases-common';

const BYTES_PER_GIB = 2 ** 30;

/** The bytes of storage that were ordered. */
export function bytesOf({
  storageGiB,
}: Pick<DatabaseSizeLimits, 'storageGiB'>): number {
  return storageGiB * BYTES_PER_GIB;
}
