import { Alert, Button } from '@backstage/ui';
import type { Access, PermissionsQuery } from '@slipway/plugin-access-common';
import {
  EmptyState,
  EntityLink,
  ErrorState,
  InfoList,
  layout as styles,
  type Loaded,
  PageSkeleton,
} from '@slipway/ui';
import { Fragment } from 'react';
import { Filters } from './Filters';
import { HeldTable } from './HeldTable';
import { RoleWords } from './RoleWords';
import type { Change } from './useAccessQuery';

/** What one person or group may do: who they are, their roles, and each permission with its grounds. */
export function AccessOf(props: {
  access: Loaded<Access>;
  query: PermissionsQuery;
  change: Change;
  isSelf?: boolean;
}) {
  const { access, query, change, isSelf = false } = props;
  const { value, error, reload } = access;
  const isFiltered = Boolean(query.search || query.plugin || query.may);
  return (
    <>
      {value && (
        <section aria-label="Groups and roles">
          <Summary access={value} isSelf={isSelf} />
        </section>
      )}
      {value?.changed && <Changed changed={value.changed} />}
      <Unasked plugins={value?.unasked ?? []} />
      <section aria-label="Permissions" className={styles.stack}>
        <Filters query={query} change={change} hasMay />
        {error && (
          <ErrorState
            title="Access could not be loaded"
            error={error}
            onRetry={reload}
          />
        )}
        {!value && !error && <PageSkeleton label="access" />}
        {value?.totalItems === 0 && (
          <EmptyState
            title={
              isFiltered
                ? 'No permission matches these filters.'
                : 'No plugin has told of a permission yet. Try again in a moment.'
            }
            action={
              isFiltered && (
                <Button
                  variant="secondary"
                  onPress={() =>
                    change({
                      search: undefined,
                      plugin: undefined,
                      may: undefined,
                    })
                  }
                >
                  Clear filters
                </Button>
              )
            }
          />
        )}
        {value && value.totalItems > 0 && (
          <HeldTable access={value} query={query} change={change} />
        )}
        {value && isSelf && <WhoHelps administrators={value.administrators} />}
      </section>
    </>
  );
}

function Summary({ access, isSelf }: { access: Access; isSelf: boolean }) {
  const { groups, roles, owns, subject } = access;
  const countOf = (ref: string) =>
    owns.find(({ owner }) => owner === ref)?.count ?? 0;
  const groupsValue = groups.length ? (
    <ul className={styles.plain}>
      {groups.map(ref => (
        <li key={ref}>
          <EntityLink entityRef={ref} />, which owns {things(countOf(ref))}
        </li>
      ))}
    </ul>
  ) : (
    'None'
  );
  return (
    <InfoList
      items={[
        {
          label: isSelf ? 'You are' : 'Who',
          value: <EntityLink entityRef={subject} />,
        },
        {
          label: subject.startsWith('group:') ? 'Owns' : 'Groups',
          value: subject.startsWith('group:')
            ? things(countOf(subject))
            : groupsValue,
        },
        {
          label: 'Roles',
          value: roles.length ? (
            <ul className={styles.plain}>
              {roles.map(role => (
                <li key={role.name}>
                  <RoleWords role={role} />
                </li>
              ))}
            </ul>
          ) : (
            'None beside those that everyone has'
          ),
        },
      ]}
    />
  );
}

function things(count: number): string {
  if (count === 0) return 'nothing in the catalog';
  return count === 1
    ? 'one thing in the catalog'
    : `${count} things in the catalog`;
}

function Changed(props: { changed: NonNullable<Access['changed']> }) {
  const { left, joined } = props.changed;
  return (
    <Alert
      status="warning"
      icon
      title="Your groups have changed since you signed in"
      description={
        <>
          {left.length > 0 && (
            <>
              You are no longer in <Refs refs={left} />.{' '}
            </>
          )}
          {joined.length > 0 && (
            <>
              You are now in <Refs refs={joined} />.{' '}
            </>
          )}
          What you may do goes by that already. What pages offer you follows
          within the hour, or at once when you sign out and in.
        </>
      }
    />
  );
}

function Refs({ refs }: { refs: string[] }) {
  return (
    <>
      {refs.map((ref, index) => (
        <Fragment key={ref}>
          {index > 0 && ', '}
          <EntityLink entityRef={ref} />
        </Fragment>
      ))}
    </>
  );
}

/** Plugins that are not in the list because they did not answer. */
export function Unasked({ plugins }: { plugins: string[] }) {
  return plugins.length ? (
    <Alert
      status="warning"
      icon
      title="Not all plugins answered"
      description={`What is missing here are permissions of ${plugins.join(', ')}. Look again in a minute.`}
    />
  ) : null;
}

function WhoHelps({ administrators }: { administrators: string[] }) {
  return (
    <p className={styles.note}>
      {administrators.length ? (
        <>
          Do you need more? <Refs refs={administrators} /> can give a role.
        </>
      ) : (
        'Nobody administers this portal: permission.slipway.administrators is empty.'
      )}
    </p>
  );
}
