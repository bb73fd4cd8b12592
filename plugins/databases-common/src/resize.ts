import { z } from 'zod';
import { databaseSizes, type Money } from './engine';

/**
 * The size that is wanted for a database that exists.
 * @public
 */
export const resizeRequestSchema = z.strictObject(
  {
    size: z.enum(databaseSizes, {
      error: `is not known. Choose one of ${databaseSizes.join(', ')}.`,
    }),
  },
  {
    error: issue => {
      if (issue.code === 'unrecognized_keys') {
        const keys = issue.keys.map(key => JSON.stringify(key)).join(', ');
        return `The request has fields that are not known: ${keys}. Take them out.`;
      }
      return 'The request is not a JSON object. Send one with size.';
    },
  },
);

/** @public */
export type ResizeRequest = z.infer<typeof resizeRequestSchema>;

/** What of a size costs or takes something. */
interface Takes {
  storageGiB: number;
  connectionLimit: number;
  pricePerMonth?: Money;
}

/**
 * Whether a size takes more than another in any way. What gives back in every way asks nobody.
 * @public
 */
export function needsMore(was: Takes, wanted: Takes): boolean {
  return (
    wanted.storageGiB > was.storageGiB ||
    wanted.connectionLimit > was.connectionLimit ||
    (wanted.pricePerMonth?.amount ?? 0) > (was.pricePerMonth?.amount ?? 0)
  );
}
