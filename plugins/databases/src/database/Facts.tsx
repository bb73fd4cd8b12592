import { Link } from '@backstage/ui';
import type { Database } from '@slipway/plugin-databases-common';
import {
  CopyText,
  EntityName,
  entityPath,
  InfoList,
  RelativeTime,
  Tile,
} from '@slipway/ui';
import {
  knowsStatementTimeout,
  priceAMonth,
  seconds,
  shortRef,
  storageWord,
} from '../shared/words';
import { whereOf } from './whereOf';

/** What is known of a database, in tiles. */
export function Facts({ database }: { database: Database }) {
  const { endpoint, engine, limits, provider } = database;
  return (
    <>
      {endpoint && (
        <Tile title="Connection">
          <InfoList
            items={[
              {
                label: 'Host',
                value: <CopyText text={endpoint.host} name="host" />,
              },
              {
                label: 'Port',
                value: <CopyText text={`${endpoint.port}`} name="port" />,
              },
              whereOf(engine, endpoint),
              { label: 'TLS', value: endpoint.tls ? 'Yes' : 'No' },
            ]}
          />
        </Tile>
      )}
      <Tile title="Size">
        <InfoList
          items={[
            { label: 'Size', value: database.size },
            {
              label: storageWord(engine),
              value: limits && `${limits.storageGiB} GiB`,
            },
            {
              label: 'Sessions',
              value: limits && `at most ${limits.connectionLimit}`,
            },
            {
              label: 'Statement timeout',
              value:
                limits && knowsStatementTimeout(engine)
                  ? seconds(limits.statementTimeoutSeconds)
                  : undefined,
            },
            { label: 'Price', value: priceAMonth(database.pricePerMonth) },
          ]}
        />
      </Tile>
      {database.backups && (
        <Tile title="Safety">
          <InfoList
            items={[
              {
                label: 'Last backup',
                value: lastTime(database.backups.lastTakenAt),
              },
              {
                label: 'Last proven restore',
                value: lastTime(database.backups.lastProvenAt),
              },
            ]}
          />
        </Tile>
      )}
      <Tile title="About">
        <InfoList
          items={[
            { label: 'What for', value: database.description },
            { label: 'Provider', value: provider?.title },
            {
              label: 'In the catalog',
              value: (
                <Link href={entityPath(database.entityRef)}>
                  {shortRef(database.entityRef)}
                </Link>
              ),
            },
            {
              label: 'Ordered',
              value: <RelativeTime at={database.createdAt} />,
            },
            {
              label: 'By',
              value: <EntityName entityRef={database.createdBy} />,
            },
            {
              label: 'Began with',
              value:
                database.restoredFrom &&
                `A backup of ${database.restoredFrom.name} (${database.restoredFrom.environment})`,
            },
            {
              label: isPast(database.expiresAt) ? 'Ended' : 'Ends',
              value: database.expiresAt && (
                <RelativeTime at={database.expiresAt} />
              ),
            },
            {
              label: 'Can be purged',
              value: database.purgeAfter && (
                <RelativeTime at={database.purgeAfter} />
              ),
            },
          ]}
        />
      </Tile>
    </>
  );
}

function lastTime(at: string | undefined) {
  return at ? <RelativeTime at={at} /> : 'None yet';
}

function isPast(at: string | undefined): boolean {
  return at !== undefined && Date.parse(at) <= Date.now();
}
