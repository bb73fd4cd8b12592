import { BgProvider } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './Tile.module.css';

/** @public */
export interface TileProps {
  /** What is shown, for example "Safety". */
  title: string;
  children: ReactNode;
}

/**
 * A small framed group of facts that stands beside others for comparison.
 *
 * @public
 */
export function Tile({ title, children }: TileProps) {
  return (
    <section className={styles.tile} aria-label={title}>
      <h3 className={styles.title}>{title}</h3>
      {/* Buttons stand out from the frame, as they do in a card. */}
      <BgProvider bg="neutral-1">{children}</BgProvider>
    </section>
  );
}
