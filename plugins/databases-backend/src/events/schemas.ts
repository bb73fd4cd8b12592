import { databaseEngines } from '@slipway/plugin-databases-common';
import { z } from 'zod';

const database = z
  .object({
    id: z.uuid(),
    name: z.string(),
    environment: z.string(),
    engine: z.enum(databaseEngines),
    owner: z.string().meta({ description: 'The group, at that time' }),
    entityRef: z.string(),
  })
  .meta({ description: 'The database that it is about' });
const operation = z
  .object({
    id: z.string(),
    type: z.string().meta({ description: 'For example create or renew' }),
  })
  .meta({ description: 'The work that it belongs to' });

/** What the data of events looks like. A change that a reader would notice is another version. */
export const eventSchemas = {
  'database-state-v1': z
    .object({
      database,
      from: z.string().optional(),
      to: z.string(),
      operation: operation.optional(),
    })
    .meta({ title: 'A database is in another state' }),
  'database-operation-v1': z
    .object({
      database,
      operation,
      step: z.string().optional(),
    })
    .meta({ title: 'Work on a database goes on or ends' }),
  'database-condition-v1': z.object({ database, condition: z.string() }).meta({
    title: 'Something is true of a database beside its state, or no more',
  }),
  'database-owner-v1': z
    .object({ database, from: z.string(), to: z.string() })
    .meta({ title: 'A database belongs to another group' }),
};

export type EventSchemaName = keyof typeof eventSchemas;

/** The JSON Schema of this name; undefined when there is none. */
export function jsonSchemaOf(name: string): object | undefined {
  return Object.hasOwn(eventSchemas, name)
    ? z.toJSONSchema(eventSchemas[name as EventSchemaName])
    : undefined;
}
