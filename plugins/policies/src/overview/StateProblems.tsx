import { Alert, Link } from '@backstage/ui';
import {
  compliancePath,
  type PoliciesState,
} from '@slipway/plugin-policies-common';
import { RelativeTime, layout as styles } from '@slipway/ui';

/** What was wrong when the policies were last read. */
export function StateProblems({ state }: { state: PoliciesState }) {
  const { digest, problems, problemsSince, lastSweep } = state;
  const { unknownOwners = [] } = lastSweep ?? {};
  return (
    <>
      {!digest && (
        <Alert
          status="danger"
          icon
          title="No policies could be loaded yet. Until then everything that asks them is refused."
        />
      )}
      {problems.length > 0 && (
        <Alert
          status="warning"
          icon
          title={
            digest
              ? 'The policies could not be read the last time. Those from before stay in force.'
              : 'The policies could not be read.'
          }
          description={
            <>
              {problemsSince && (
                <p className={styles.text}>
                  Something is wrong since <RelativeTime at={problemsSince} />.
                </p>
              )}
              <ul className={styles.list}>
                {problems.map(({ file, line, column, message }) => (
                  <li key={`${file}:${line}:${column}:${message}`}>
                    <code>{`${file}:${line}:${column}`}</code> {message}
                  </li>
                ))}
              </ul>
            </>
          }
        />
      )}
      {unknownOwners.length > 0 && (
        <Alert
          status="warning"
          icon
          title={
            unknownOwners.length === 1
              ? 'An owner is not in the catalog. Nobody is told what is wrong with what belongs to it.'
              : `${unknownOwners.length} owners are not in the catalog. Nobody is told what is wrong with what belongs to them.`
          }
          description={
            <ul className={styles.list}>
              {unknownOwners.map(({ owner, objects }) => (
                <li key={owner}>
                  <Link href={compliancePath({ owner: [owner] })}>{owner}</Link>
                  {objects === 1 ? ', of one thing' : `, of ${objects} things`}
                </li>
              ))}
            </ul>
          }
        />
      )}
    </>
  );
}
