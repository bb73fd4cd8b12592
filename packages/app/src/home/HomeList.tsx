import { Link } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './HomePage.module.css';

/** One thing on the home page. */
export interface HomeItem {
  key: string;
  title: string;
  href: string;
  /** Says how it stands, to the right of the title. */
  status?: ReactNode;
  /** One line below the title. */
  detail?: ReactNode;
  /** A small button at the end. */
  action?: ReactNode;
  /** Small buttons on a line of their own: what can be done about it here. */
  inPlace?: ReactNode;
}

/** Things on the home page, each a link. */
export function HomeList({ items }: { items: readonly HomeItem[] }) {
  return (
    <ul className={styles.list}>
      {items.map(({ key, title, href, status, detail, action, inPlace }) => (
        <li key={key} className={styles.item}>
          <span className={styles.title}>
            <Link href={href} weight="bold">
              {title}
            </Link>
            <span className={styles.end}>
              {status}
              {action}
            </span>
          </span>
          {detail && <span className={styles.detail}>{detail}</span>}
          {inPlace && <span className={styles.inPlace}>{inPlace}</span>}
        </li>
      ))}
    </ul>
  );
}
