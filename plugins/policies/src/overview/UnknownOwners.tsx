import { Link } from '@backstage/ui';
import {
  compliancePath,
  type PoliciesState,
} from '@slipway/plugin-policies-common';
import { layout as styles } from '@slipway/ui';

/** Named one by one; of more it is said how many. */
const NAMED = 3;

/** Owners that the catalog does not have, so that nobody of theirs hears what is wrong. */
export function UnknownOwners({ state }: { state: PoliciesState }) {
  const { unknownOwners = [] } = state.lastSweep ?? {};
  if (unknownOwners.length === 0) return null;
  const others = unknownOwners.length - NAMED;
  return (
    <div className={styles.tight}>
      <p className={styles.text}>
        {unknownOwners.length === 1
          ? 'An owner is not in the catalog. The platform team is told in its place.'
          : `${unknownOwners.length} owners are not in the catalog. The platform team is told in their place.`}
      </p>
      <ul className={styles.list}>
        {unknownOwners.slice(0, NAMED).map(({ owner, objects }) => (
          <li key={owner}>
            <Link href={compliancePath({ owner: [owner] })}>{owner}</Link>
            {objects === 1 ? ', of one thing' : `, of ${objects} things`}
          </li>
        ))}
        {others > 0 && <li>{`and ${others} more`}</li>}
      </ul>
    </div>
  );
}
