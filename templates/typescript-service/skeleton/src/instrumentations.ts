import type { Instrumentation } from '@opentelemetry/instrumentation';

/** Libraries, besides HTTP and Fastify, whose calls appear in traces. */
export function libraryInstrumentations(): Instrumentation[] {
  return [];
}
