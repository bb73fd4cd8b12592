import { configApiRef } from '@backstage/frontend-plugin-api';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import kubernetesPlugin from '@backstage/plugin-kubernetes/alpha';

/** Upstream's tab of an entity's workloads; where no cluster is configured there is nothing to show, and no tab. */
const kubernetesTab = kubernetesPlugin
  .getExtension('entity-content:kubernetes/kubernetes')
  .override({
    factory: (originalFactory, { apis }) => {
      const original = originalFactory();
      const clusters = apis
        .get(configApiRef)
        ?.getOptionalConfigArray('kubernetes.clusterLocatorMethods');
      return clusters?.length
        ? original
        : [
            ...original,
            EntityContentBlueprint.dataRefs.filterFunction(() => false),
          ];
    },
  });

/** What Slipway changes in the pages about workloads. */
export const kubernetesExtensions = [kubernetesTab];
