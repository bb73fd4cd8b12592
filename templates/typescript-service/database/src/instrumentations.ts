import type { Instrumentation } from '@opentelemetry/instrumentation';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';

/** Libraries, besides HTTP and Fastify, whose calls appear in traces. */
export function libraryInstrumentations(): Instrumentation[] {
  return [new PgInstrumentation()];
}
