import { metrics, type Meter } from '@opentelemetry/api';
import type { Resealing } from './Resealing';

/**
 * Lets Prometheus see how many secrets each key seals: a rotation is over when the older key stands at 0. Asked when
 * somebody scrapes; one count over an index.
 */
export function measureSealedSecrets(
  resealing: Resealing,
  meter: Meter = metrics.getMeter('slipway-databases'),
): void {
  meter
    .createObservableGauge('slipway.databases.sealed_secrets', {
      description: 'Secrets that a sealing key seals',
    })
    .addCallback(async result => {
      for (const { keyId, secrets, isConfigured } of await resealing.uses()) {
        result.observe(secrets, {
          key: keyId,
          configured: String(isConfigured),
        });
      }
    });
}
