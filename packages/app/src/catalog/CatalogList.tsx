import { ReactElement } from 'react';
import { CatalogIndexPage } from '@backstage/plugin-catalog/alpha';
import { catalogColumns } from './catalogColumns';
import styles from './CatalogList.module.css';

/** All that is in the catalog, a page at a time. */
export function CatalogList(props: { filters: ReactElement[] }) {
  return (
    <div className={styles.catalog}>
      <CatalogIndexPage
        columns={catalogColumns}
        filters={<>{props.filters}</>}
        pagination
      />
    </div>
  );
}
