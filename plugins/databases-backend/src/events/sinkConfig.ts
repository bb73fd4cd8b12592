import { z } from 'zod';
import { eventTypes } from './toCloudEvent';

/** Where plain HTTP leaves no machine. */
const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

const urlSchema = z.string().superRefine((text, context) => {
  const wrong = (message: string) =>
    context.addIssue({ code: 'custom', message });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    wrong('must be an address that begins with https://');
  } else if (url.username || url.password) {
    wrong('must hold no password; use token or secret');
  } else if (url.protocol === 'http:' && !LOCAL.includes(url.hostname)) {
    wrong('must begin with https://; plain http is for this machine only');
  }
});

/** A type, or all that begin alike: `dev.slipway.database.operation.*`. */
const filterSchema = z
  .string()
  .refine(filter => [...eventTypes.keys()].some(type => fits(filter, type)), {
    error: 'fits no type of event',
  });

export const eventsConfigSchema = z
  .strictObject({
    source: z.string().min(1).optional(),
    sinks: z
      .array(
        z.strictObject({
          id: z.string().regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, {
            error: 'must be lowercase letters, digits and hyphens',
          }),
          url: urlSchema,
          types: z.array(filterSchema).min(1).optional(),
          secret: z
            .string()
            .min(24, { error: 'must have 24 characters at least' })
            .optional(),
          token: z.string().min(1).optional(),
          timeoutSeconds: z.coerce.number().min(1).max(20).default(10),
          maxAgeHours: z.coerce.number().min(1).max(8760).default(72),
          maxBehind: z.coerce.number().int().min(100).default(100_000),
        }),
      )
      .default([])
      .refine(
        sinks => new Set(sinks.map(({ id }) => id)).size === sinks.length,
        { error: 'has the same id twice' },
      ),
  })
  .prefault({});

export type EventSinkConfig = z.output<
  typeof eventsConfigSchema
>['sinks'][number];

/** Whether a type is one of those that a filter means. */
export function fits(filter: string, type: string): boolean {
  return filter.endsWith('*')
    ? type.startsWith(filter.slice(0, -1))
    : type === filter;
}
