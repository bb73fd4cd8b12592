import { metrics } from '@opentelemetry/api';
import type {
  PolicyRequest,
  PolicyVerdict,
} from '@slipway/plugin-policies-common';

/** What the plugin measures. Labels have few values: kinds, modes, names of policies. */
export interface PolicyMetrics {
  evaluated(ms: number, request: PolicyRequest, verdict: PolicyVerdict): void;
  swept(seconds: number, result: 'whole' | 'failed', objects: number): void;
}

export function createMetrics(): PolicyMetrics {
  const meter = metrics.getMeter('slipway-policies');
  const duration = meter.createHistogram('slipway.policies.evaluation', {
    unit: 'ms',
    description: 'How long the policies took to judge a request',
    advice: {
      explicitBucketBoundaries: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100],
    },
  });
  const findings = meter.createCounter('slipway.policies.findings', {
    description: 'What policies had against requests, waived or not',
  });
  const sweep = meter.createHistogram('slipway.policies.sweep', {
    unit: 's',
    description: 'How long a look over everything that exists took',
    advice: {
      explicitBucketBoundaries: [1, 2.5, 5, 10, 30, 60, 120, 300, 600],
    },
  });
  const swept = meter.createCounter('slipway.policies.swept', {
    description: 'Things that sweeps looked at',
  });
  return {
    evaluated(ms, request, verdict) {
      duration.record(ms, { allowed: verdict.allowed });
      for (const { policy, mode, failed } of verdict.findings) {
        findings.add(1, {
          policy,
          mode,
          failed,
          operation: request.operation,
        });
      }
    },
    swept(seconds, result, objects) {
      sweep.record(seconds, { result });
      swept.add(objects);
    },
  };
}
