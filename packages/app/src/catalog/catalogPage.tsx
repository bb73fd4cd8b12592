import { coreExtensionData } from '@backstage/frontend-plugin-api';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import styles from './catalogPage.module.css';

/** Upstream's list of the catalog, with rows of one line. */
export const catalogPage = catalogPlugin.getExtension('page:catalog').override({
  factory: originalFactory => {
    const original = originalFactory();
    return [
      ...original,
      coreExtensionData.reactElement(
        <div className={styles.catalog}>
          {original.get(coreExtensionData.reactElement)}
        </div>,
      ),
    ];
  },
});
