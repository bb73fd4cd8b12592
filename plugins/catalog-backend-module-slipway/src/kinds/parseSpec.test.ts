import { Entity } from '@backstage/catalog-model';
import { environmentSpecSchema } from './environment';
import { goldenPathSpecSchema } from './goldenPath';
import { parseSpec } from './parseSpec';
import { platformConfigurationSpecSchema } from './platformConfiguration';

const entity = (kind: string, spec: Entity['spec']): Entity => ({
  apiVersion: 'slipway.dev/v1alpha1',
  kind,
  metadata: { name: 'it' },
  spec,
});

describe('parseSpec', () => {
  it('names every field that is wrong and says what it must be', () => {
    expect(() =>
      parseSpec(
        entity('Environment', {
          type: 'environment',
          databases: [{ name: 'app-db', type: 'oracle', sise: 'small' }],
          services: [{ name: 'api', replicas: -1, resources: { cpu: 'lots' } }],
        }),
        environmentSpecSchema,
      ),
    ).toThrow(
      'environment:default/it is not a valid Environment: ' +
        'spec.owner must be given as string; ' +
        'spec.services[0].replicas Too small: expected number to be >=0; ' +
        'spec.services[0].resources.cpu must be an amount such as "500m", "2" or "512Mi"; ' +
        'spec.databases[0].type must be one of "postgres", "mysql", "mongodb", "redis"; ' +
        'spec.databases[0] does not know "sise"; remove it or correct its spelling',
    );
  });

  it('refuses two services of one name', () => {
    expect(() =>
      parseSpec(
        entity('Environment', {
          type: 'environment',
          owner: 'team-orders',
          services: [{ name: 'api' }, { name: 'api' }],
        }),
        environmentSpecSchema,
      ),
    ).toThrow('spec.services must not name a service twice');
  });

  it('does not repeat a value that stands in the wrong place', () => {
    expect(() =>
      parseSpec(
        entity('Environment', {
          type: 'environment',
          owner: 'hunter2 hunter2',
        }),
        environmentSpecSchema,
      ),
    ).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('hunter2'),
      }),
    );
  });

  it('refuses a standard without a single name', () => {
    expect(() =>
      parseSpec(
        entity('GoldenPath', {
          standards: [{ testing: '80%', security: 'x' }],
        }),
        goldenPathSpecSchema,
      ),
    ).toThrow('spec.standards[0] must name exactly one standard');
  });

  it('refuses a node pool that is larger at least than at most', () => {
    expect(() =>
      parseSpec(
        entity('PlatformConfiguration', {
          clusters: [
            {
              name: 'production',
              region: 'us-east-1',
              nodePools: [
                { name: 'a', minSize: 4, maxSize: 3, instanceType: 'm5.large' },
              ],
            },
          ],
        }),
        platformConfigurationSpecSchema,
      ),
    ).toThrow(
      'spec.clusters[0].nodePools[0].minSize must not be larger than maxSize',
    );
  });
});
