import { Alert } from '@backstage/ui';
import type { PoliciesState } from '@slipway/plugin-policies-common';
import { RelativeTime, layout as styles } from '@slipway/ui';

/** What was wrong when the policies were last read. */
export function StateProblems({ state }: { state: PoliciesState }) {
  const { digest, problems, problemsSince } = state;
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
    </>
  );
}
