import {
  databaseEngineTitles,
  type BlastClient,
  type BlastDependent,
  type BlastRadius,
  type Database,
} from '@slipway/plugin-databases-common';
import { EntityLink, layout as styles } from '@slipway/ui';
import { DateTime } from 'luxon';

/** What is hit when a database is suspended or deleted. What is not known is said, and never shown as nothing. */
export function BlastRadiusView(props: {
  database: Database;
  radius: BlastRadius;
}) {
  const { database, radius } = props;
  const { dependents, sessions, personalLogins, backups } = radius;
  return (
    <section aria-label="What uses it" className={styles.stack}>
      <Part
        title={sentenceOfDependents(dependents)}
        items={dependents.items.map(item => (
          <Dependent key={item.entityRef} item={item} />
        ))}
      />
      <Part
        title={sentenceOfSessions(sessions, database)}
        items={sessions.clients.map(client => (
          <Client key={JSON.stringify(client)} client={client} />
        ))}
      />
      {personalLogins.items.length > 0 && (
        <Part
          title="Personal logins that are removed"
          items={personalLogins.items.map(({ user, access, expiresAt }) => (
            <li key={`${user} ${expiresAt}`}>
              <EntityLink entityRef={user} />
              {`, ${access}, would end ${at(expiresAt)}`}
            </li>
          ))}
        />
      )}
      {backups && <p className={styles.note}>{sentenceOfBackups(backups)}</p>}
    </section>
  );
}

function Part({ title, items }: { title: string; items: React.ReactNode[] }) {
  return (
    <div>
      <strong>{title}</strong>
      {items.length > 0 && <ul className={styles.list}>{items}</ul>}
    </div>
  );
}

function Dependent({ item }: { item: BlastDependent }) {
  const { entityRef, owner, via } = item;
  return (
    <li>
      <EntityLink entityRef={entityRef} />
      {owner && (
        <>
          {' of '}
          <EntityLink entityRef={owner} />
        </>
      )}
      {via?.includes(':') && (
        <>
          {', through '}
          <EntityLink entityRef={via} />
        </>
      )}
    </li>
  );
}

/** Whose login, what it calls itself, from where, since when. */
function Client({ client }: { client: BlastClient }) {
  const { kind, person, username, application, address, sessions } = client;
  const whose = {
    application: 'the application’s login',
    personal: 'a personal login',
    other: 'a login that the platform did not make',
  }[kind];
  return (
    <li>
      <code>{username}</code>
      {` (${whose}`}
      {person && (
        <>
          {' of '}
          <EntityLink entityRef={person} />
        </>
      )}
      {`)${application ? `, calls itself “${application}”` : ''}${address ? `, from ${address}` : ''}, ${sessions} ${sessions === 1 ? 'session' : 'sessions'} since ${at(client.since)}`}
    </li>
  );
}

function sentenceOfDependents({
  found,
  reason,
  total = 0,
  hidden = 0,
}: BlastRadius['dependents']): string {
  if (found !== 'known') {
    return `Whether something depends on it is not known. ${reason ?? ''}`.trim();
  }
  if (total === 0) return 'The catalog names nothing that depends on it.';
  const rest = hidden ? `, ${hidden} of them not visible to you` : '';
  return `${total} in the catalog ${total === 1 ? 'depends' : 'depend'} on it${rest}:`;
}

function sentenceOfSessions(
  { found, reason, total = 0 }: BlastRadius['sessions'],
  { engine, state }: Database,
): string {
  if (found === 'hidden') {
    return 'Who is connected is shown to its owners and administrators.';
  }
  if (found === 'unknown') {
    return `Whether somebody is connected is not known. ${reason ?? ''}`.trim();
  }
  if (total === 0) {
    return state === 'suspended'
      ? 'Nobody is connected: logins are off.'
      : `Nobody is connected to ${databaseEngineTitles[engine]} now. Who has the login and connects only at times is not seen.`;
  }
  return `${total} ${total === 1 ? 'session is' : 'sessions are'} open now:`;
}

function sentenceOfBackups({
  kept,
  until,
  lastProvenAt,
}: NonNullable<BlastRadius['backups']>): string {
  if (kept === 0) return 'No backup of it is kept now.';
  const proven = lastProvenAt
    ? `; last proven ${at(lastProvenAt)}`
    : '; none is proven';
  return `${kept} ${kept === 1 ? 'backup is' : 'backups are'} kept${until ? `, the last until ${at(until)}` : ''}${proven}.`;
}

function at(time: string): string {
  return DateTime.fromISO(time).toFormat('d LLL yyyy, HH:mm');
}
