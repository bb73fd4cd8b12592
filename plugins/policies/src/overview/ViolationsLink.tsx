import { Link } from '@backstage/ui';
import {
  type ViolationsFilter,
  compliancePath,
} from '@slipway/plugin-policies-common';
import type { ReactNode } from 'react';

/** A number of violations that opens to exactly those; none leads nowhere. */
export function ViolationsLink(props: {
  count: number;
  /** Says whether waived, because the page without it lists what is not, and the service lists both. */
  filter: ViolationsFilter & { waived: boolean };
  children: ReactNode;
}) {
  const { count, filter, children } = props;
  return count > 0 ? (
    <Link href={compliancePath(filter)}>{children}</Link>
  ) : (
    <>{children}</>
  );
}
