import { createServiceFactory } from '@backstage/backend-plugin-api';
import type { PolicyRequest } from '@slipway/plugin-policies-common';
import {
  policiesServiceRef,
  PolicyRefusedError,
} from '@slipway/plugin-policies-node';

/** Stands in for the policies: remembers what it was asked, and refuses what a test says. */
export class TestPolicies {
  readonly asked: PolicyRequest[] = [];
  refuses: (request: PolicyRequest) => boolean = () => false;

  readonly feature = createServiceFactory({
    service: policiesServiceRef,
    deps: {},
    factory: () => ({
      evaluate: async () => ({ allowed: true, findings: [], digest: '' }),
      enforce: async request => {
        this.asked.push(request);
        if (this.refuses(request)) {
          throw new PolicyRefusedError([
            {
              policy: 'test',
              title: 'A test',
              digest: '',
              mode: 'deny',
              field: 'parameters.owner',
              message: 'It is refused.',
              reason: 'Because.',
              comply: 'Do otherwise.',
              failed: false,
            },
          ]);
        }
        return { allowed: true, findings: [], digest: '' };
      },
      version: async () => ({ version: '', kinds: [] }),
    }),
  });
}
