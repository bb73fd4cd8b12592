import { Cell, Link, Text } from '@backstage/ui';
import styles from './WordsCell.module.css';

/** @public */
export interface WordsCellProps {
  title: string;
  /** Where the title leads. */
  href?: string;
}

/**
 * A cell of a table whose words wrap. Upstream's `CellText` cuts them, and tells the rest to a mouse only.
 * @public
 */
export function WordsCell({ title, href }: WordsCellProps) {
  return (
    <Cell>
      {href ? (
        <Link href={href} variant="body-medium" className={styles.words}>
          {title}
        </Link>
      ) : (
        <Text as="p" variant="body-medium" className={styles.words}>
          {title}
        </Text>
      )}
    </Cell>
  );
}
