import { useApi } from '@backstage/frontend-plugin-api';
import {
  Alert,
  ButtonLink,
  CellText,
  type ColumnConfig,
  Link,
  Table,
} from '@backstage/ui';
import type { Handover, Orphans as Gone } from '@slipway/plugin-access-common';
import {
  EntityLink,
  ErrorState,
  layout as styles,
  PageSkeleton,
  RelativeTime,
  StatusBadge,
  useLoaded,
} from '@slipway/ui';
import { type ReactNode, useMemo } from 'react';
import { useLocation } from 'react-router-dom';
import { accessApiRef } from '../api/AccessApi';
import { SubjectField } from './SubjectField';
import { useAccessQuery } from './useAccessQuery';
import own from './HandoverView.module.css';

type Owner = Gone['items'][number] & { id: string };

/** What a person or a group owns, holds and decides, so that nothing is left to nobody. */
export function HandoverView() {
  const { who, show } = useAccessQuery();
  return (
    <>
      <SubjectField value={who} onChange={ref => show('handover', ref)} />
      {who ? <Left key={who} who={who} /> : <Orphans />}
    </>
  );
}

function Orphans() {
  const api = useApi(accessApiRef);
  const { pathname } = useLocation();
  const columns = useMemo(
    (): ColumnConfig<Owner>[] => [
      {
        id: 'owner',
        label: 'Owner',
        isRowHeader: true,
        minWidth: 240,
        cell: ({ owner }) => (
          <CellText
            title={owner}
            href={`${pathname}?${new URLSearchParams({ view: 'handover', who: owner })}`}
          />
        ),
      },
      {
        id: 'left',
        label: 'Still named by',
        minWidth: 200,
        defaultWidth: '2fr',
        cell: ({ owner, id, ...counts }) => (
          <CellText title={countWords(counts)} />
        ),
      },
    ],
    [pathname],
  );
  const { value, error, reload } = useLoaded(() => api.listOrphans(), [api]);
  if (error) {
    return (
      <ErrorState
        title="Owners that are gone could not be loaded"
        error={error}
        onRetry={reload}
      />
    );
  }
  if (!value) {
    return <PageSkeleton label="owners" />;
  }
  const { problems = [] } = value;
  return (
    <section aria-label="Owners that are gone" className={styles.tight}>
      <h2 className={styles.heading}>Owners that are gone</h2>
      {problems.length > 0 && (
        <Alert
          status="warning"
          icon
          title="It could not be looked everywhere"
          description={
            <ul className={styles.list}>
              {problems.map(problem => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          }
        />
      )}
      <p className={styles.note}>{sentenceFor(value)}</p>
      {value.items.length > 0 && (
        <Table
          columnConfig={columns}
          data={value.items.map(item => ({ ...item, id: item.owner }))}
          pagination={{ type: 'none' }}
        />
      )}
    </section>
  );
}

function sentenceFor({ totalItems, problems = [] }: Gone): string {
  if (totalItems > 0) {
    return 'Something still names these, and the catalog does not know them: they have left, or were renamed.';
  }
  return problems.length > 0
    ? 'Where it could be looked, everything belongs to somebody who is in the catalog.'
    : 'Everything belongs to somebody who is in the catalog. Choose a person or a group above before they leave or are renamed.';
}

/** "2 things, one waiver, named in configuration: databases.approvals[0].groups" */
function countWords(counts: Omit<Gone['items'][number], 'owner'>): string {
  const { count, waivers = 0, approvals = 0, deputies = 0 } = counts;
  const { configuration = [] } = counts;
  const words: [number, string, string][] = [
    [count, 'thing', 'things'],
    [waivers, 'waiver', 'waivers'],
    [approvals, 'open approval', 'open approvals'],
    [deputies, 'deputy', 'deputies'],
  ];
  return [
    ...words
      .filter(([number]) => number > 0)
      .map(([number, one, many]) =>
        number === 1 ? `one ${one}` : `${number} ${many}`,
      ),
    ...(configuration.length
      ? [`named in configuration: ${configuration.join(', ')}`]
      : []),
  ].join(', ');
}

function Left({ who }: { who: string }) {
  const api = useApi(accessApiRef);
  const { value, error, reload } = useLoaded(
    () => api.getHandover(who),
    [api, who],
  );
  if (error) {
    return (
      <ErrorState
        title="What is left could not be loaded"
        error={error}
        onRetry={reload}
      />
    );
  }
  return value ? <Lists handover={value} /> : <PageSkeleton label="handover" />;
}

function Lists({ handover }: { handover: Handover }) {
  const { subject, exists, entities, databases, approvals, roles } = handover;
  const { logins, deputies, waivers, configuration } = handover;
  const isPerson = subject.startsWith('user:');
  const looked: Record<string, { totalItems: number; problem?: string }> = {
    'things in the catalog': entities,
    databases,
    'open approvals': approvals,
    ...(waivers && { 'open waivers': waivers }),
    ...(isPerson && { 'logins to databases': logins, deputies }),
    roles: { totalItems: roles.length },
  };
  const nothing = Object.entries(looked)
    .filter(([, { totalItems, problem }]) => totalItems === 0 && !problem)
    .map(([words]) => words);
  return (
    <>
      {exists ? (
        <p className={styles.text}>
          What is left when <EntityLink entityRef={subject} /> goes, or gets
          another name.
        </p>
      ) : (
        <Alert
          status="warning"
          icon
          title={`${subject} is not in the catalog`}
          description="What is listed here belongs to nobody who could act. Administrators can, until it has another owner."
        />
      )}
      <Part
        title="Owns in the catalog"
        what={entities}
        isCompact
        how="Write another owner into spec.owner of each document, in its repository."
      >
        {entities.items.map(({ ref }) => (
          <li key={ref}>
            <EntityLink entityRef={ref} />
          </li>
        ))}
      </Part>
      <Part
        title="Owns databases"
        what={databases}
        how="Hand each on to another group: it is theirs at once, with its data and its application's login as they are."
      >
        {databases.items.map(({ id, name, environment, state }) => (
          <li key={id}>
            <span className={styles.row}>
              <Link href={`/databases/${environment}/${name}`}>
                {`${name} in ${environment}`}
              </Link>
              <StatusBadge status={state} />
              <ButtonLink
                href={`/databases/${environment}/${name}?do=hand-on`}
                size="small"
                variant="secondary"
                aria-label={`Hand on ${name} in ${environment}`}
              >
                Hand on…
              </ButtonLink>
            </span>
          </li>
        ))}
      </Part>
      <Part
        title="Has a part in open approvals"
        what={approvals}
        how="Somebody else of the deciding group decides, or an administrator withdraws the request and it is asked for again."
      >
        {approvals.items.map(({ id, title, part }) => (
          <li key={id}>
            <Link href={`/approvals/${id}`}>{title}</Link>, {part}
          </li>
        ))}
      </Part>
      {waivers && (
        <Part
          title="Has a part in open waivers"
          what={waivers}
          how="A waiver is not handed on: it was granted to those who asked. On its page an administrator ends it, or takes back what nobody has decided on; who takes over asks for one of their own first. It ends by itself all the same."
        >
          {waivers.items.map(({ id, title, part, isGranted, expiresAt }) => (
            <li key={id}>
              <Link href={`/compliance/waivers/${id}`}>{title}</Link>, {part},{' '}
              {isGranted ? 'in force until' : 'not decided on, would end'}{' '}
              <RelativeTime at={expiresAt} />
            </li>
          ))}
        </Part>
      )}
      {isPerson && (
        <Part
          title="Has logins to databases"
          what={logins}
          how="They end by themselves. An owner of the database ends one at once, on its page."
        >
          {logins.items.map(({ id, name, environment, access, expiresAt }) => (
            <li key={id}>
              <Link href={`/databases/${environment}/${name}`}>
                {`${name} in ${environment}`}
              </Link>
              , {access}, until <RelativeTime at={expiresAt} />
            </li>
          ))}
        </Part>
      )}
      {isPerson && (
        <Part
          title="Is or has a deputy"
          what={deputies}
          how="They end by themselves. Either of the two, or an administrator, ends one at once: DELETE /api/approvals/deputies/<id>."
        >
          {deputies.items.map(({ id, person, deputy, until }) => (
            <li key={id}>
              <EntityLink entityRef={deputy} /> for{' '}
              <EntityLink entityRef={person} />, until{' '}
              <RelativeTime at={until} />
            </li>
          ))}
        </Part>
      )}
      {configuration && (
        <Part
          title="Is named in the configuration"
          what={{ totalItems: configuration.length }}
          how="Nothing here can change it. Write another name under the key in the portal's configuration, and start the portal with it before this one is renamed or leaves."
        >
          {configuration.map(({ key, effect }) => (
            <li key={key}>
              <code>{key}</code>, {effect}
            </li>
          ))}
        </Part>
      )}
      <Part
        title="Is named by roles"
        what={{ totalItems: roles.length }}
        how="Change permission.slipway in the portal's configuration."
      >
        {roles.map(({ name, title }) => (
          <li key={name}>
            {title} <code>{name}</code>
          </li>
        ))}
      </Part>
      {nothing.length > 0 && (
        <p
          className={styles.note}
        >{`Nothing of these: ${nothing.join(', ')}.`}</p>
      )}
    </>
  );
}

/** One kind of what is left; nothing when there is none of it. */
function Part(props: {
  title: string;
  what: { totalItems: number; problem?: string; items?: unknown[] };
  /** How it is handed on. */
  how: string;
  /** Beside each other, where there may be many. */
  isCompact?: boolean;
  children: ReactNode[];
}) {
  const { title, what, how, isCompact, children } = props;
  const { totalItems, problem } = what;
  if (totalItems === 0 && !problem) {
    return null;
  }
  return (
    <section aria-label={title} className={styles.tight}>
      <h2
        className={styles.heading}
      >{`${title} (${problem ? '?' : totalItems})`}</h2>
      {problem && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
      {totalItems > 0 && <p className={styles.note}>{how}</p>}
      {children.length > 0 && (
        <ul className={`${styles.list} ${isCompact ? own.columns : ''}`}>
          {children}
        </ul>
      )}
      {totalItems > children.length && (
        <p className={styles.note}>
          {`The first ${children.length} of ${totalItems} are shown. Hand these on, and look again.`}
        </p>
      )}
    </section>
  );
}
