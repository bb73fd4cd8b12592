/**
 * Loaded before anything else (`node --import`), so that libraries are seen as
 * they load. Off until OTEL_EXPORTER_OTLP_ENDPOINT names a collector; the
 * other OTEL_* variables work as OpenTelemetry documents them.
 */
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { libraryInstrumentations } from './instrumentations.ts';
import { NAME } from './name.ts';

const QUIET = new Set(['/healthz', '/readyz', '/metrics']);

let sdk: NodeSDK | undefined;

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  register();
  process.env.OTEL_SERVICE_NAME ??= process.env.SERVICE_NAME ?? NAME;
  sdk = new NodeSDK({
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: request => QUIET.has(request.url ?? ''),
      }),
      ...libraryInstrumentations(),
    ],
  });
  sdk.start();
}

/** Sends what is still waiting. */
export async function stopTelemetry(): Promise<void> {
  await sdk?.shutdown();
}
