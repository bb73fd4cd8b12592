import {
  createExtensionTester,
  mockApis,
} from '@backstage/frontend-test-utils';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { kubernetesExtensions } from './kubernetesExtensions';

const annotated = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'checkout',
    annotations: { 'backstage.io/kubernetes-id': 'checkout' },
  },
};

function isShown(kubernetes: object | undefined, entity = annotated) {
  const [tab] = kubernetesExtensions;
  const { filterFunction } = EntityContentBlueprint.dataRefs;
  const config = mockApis.config({ data: kubernetes ? { kubernetes } : {} });
  return createExtensionTester(tab, { apis: [config] }).get(filterFunction)?.(
    entity,
  );
}

describe('the tab of workloads', () => {
  it('is there for annotated entities once a cluster is configured', () => {
    const configured = { clusterLocatorMethods: [{ type: 'config' }] };
    expect(isShown(configured)).toBe(true);
    const { annotations, ...metadata } = annotated.metadata;
    const plain = { ...annotated, metadata } as typeof annotated;
    expect(isShown(configured, plain)).toBe(false);
  });

  it.each([undefined, {}, { clusterLocatorMethods: [] }])(
    'is not there without a cluster: %j',
    kubernetes => expect(isShown(kubernetes)).toBe(false),
  );
});
