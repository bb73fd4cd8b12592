import { z } from 'zod';
import { databaseOwnerSchema } from './request';
import { inOneLine } from './inOneLine';

/**
 * The longest reason for handing a database on, in characters.
 * @public
 */
export const HAND_ON_REASON_MAX_LENGTH = 300;

/**
 * To whom a database is handed on, and why. Both groups read the reason.
 * @public
 */
export const handOnRequestSchema = z.strictObject(
  {
    owner: databaseOwnerSchema,
    reason: z
      .string({ error: 'is missing. Say in a sentence why.' })
      .trim()
      .min(1, { error: 'is empty. Say in a sentence why.' })
      .max(HAND_ON_REASON_MAX_LENGTH, {
        error: `is too long. Shorten it to at most ${HAND_ON_REASON_MAX_LENGTH} characters.`,
      })
      .superRefine(inOneLine),
  },
  {
    error: issue => {
      if (issue.code === 'unrecognized_keys') {
        const keys = issue.keys.map(key => JSON.stringify(key)).join(', ');
        return `The request has fields that are not known: ${keys}. Take them out.`;
      }
      return 'The request is not a JSON object. Send one with owner and reason.';
    },
  },
);

/**
 * A request as it is sent: the owner may be short.
 * @public
 */
export type HandOnRequestInput = z.input<typeof handOnRequestSchema>;

/**
 * A request that was checked.
 * @public
 */
export type HandOnRequest = z.output<typeof handOnRequestSchema>;
