import { useApi } from '@backstage/frontend-plugin-api';
import type { ForeignDatabaseReport } from '@slipway/plugin-databases-common';
import {
  ErrorState,
  PageSkeleton,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import type { ReactNode } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';
import { bytes } from '../shared/backupWords';

const BY: Record<ForeignDatabaseReport['logins'][number]['by'], string> = {
  administrator: 'administrator of the server',
  owner: 'owns it',
  grant: 'was given the right to connect',
  everybody: 'because everybody on the server may',
};

/** What a look at a database has shown. */
export function ForeignDatabaseReportView(props: {
  providerId: string;
  name: string;
}) {
  const { providerId, name } = props;
  const api = useApi(databasesApiRef);
  const report = useLoaded(
    () => api.inspectForeign(providerId, name),
    [api, providerId, name],
  );
  if (report.error) {
    return (
      <ErrorState
        title={`${name} could not be looked at`}
        error={report.error}
        onRetry={report.reload}
      />
    );
  }
  if (!report.value) return <PageSkeleton label={name} />;
  return <Report report={report.value} />;
}

function Report({ report }: { report: ForeignDatabaseReport }) {
  const { name, owner, version, encoding, sizeBytes, connectionLimit } = report;
  const { inside, logins, furtherLogins } = report;
  return (
    <section aria-labelledby="report" className={styles.stack}>
      <h2 id="report" className={styles.heading}>
        {name}
      </h2>
      <p className={styles.note}>
        {[
          `Role ${owner}`,
          `Postgres ${version}`,
          encoding,
          sizeBytes === undefined ? 'size not known' : bytes(sizeBytes),
          connectionLimit === undefined
            ? 'no limit of connections'
            : `at most ${connectionLimit} connections`,
        ].join(' · ')}
      </p>
      <List
        title="What stands against taking it over"
        none="Nothing that is known."
        items={report.obstacles}
      />
      <List
        title="What differs from a database of the platform"
        none="Nothing."
        items={report.differences.map(
          ({ what, wanted, found }) => `${what}: ${found}; wanted: ${wanted}`,
        )}
      />
      <List
        title="What taking it over would change"
        none="Nothing."
        items={report.wouldChange}
      />
      <List
        title="Who gets in"
        none="No login of the server."
        items={[
          ...logins.map(
            login =>
              `${login.name}, ${BY[login.by]}${login.sessions ? `, ${login.sessions} ${login.sessions === 1 ? 'session' : 'sessions'} open` : ''}`,
          ),
          ...(furtherLogins ? [`and ${furtherLogins} more`] : []),
        ]}
      />
      {inside && (
        <>
          <List
            title="Schemas"
            none="None."
            items={inside.schemas.map(
              schema =>
                `${schema.name}, of ${schema.owner}, ${schema.tables} ${schema.tables === 1 ? 'table' : 'tables'}`,
            )}
          />
          <List
            title="Extensions"
            none="None."
            items={inside.extensions.map(
              each => `${each.name} ${each.version}`,
            )}
          />
        </>
      )}
      {report.unseen.length > 0 && (
        <List
          title="What the platform may not see"
          none=""
          items={report.unseen}
        />
      )}
    </section>
  );
}

function List(props: { title: string; none: string; items: ReactNode[] }) {
  const { title, none, items } = props;
  return (
    <div>
      <strong>{title}</strong>
      {items.length === 0 ? (
        <p className={styles.note}>{none}</p>
      ) : (
        <ul className={styles.list}>
          {items.map((item, index) => (
            <li key={index}>{item}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
