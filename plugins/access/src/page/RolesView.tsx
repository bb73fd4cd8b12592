import { useApi } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import { type RoleView, wordsFor } from '@slipway/plugin-access-common';
import {
  EntityLink,
  ErrorState,
  layout as styles,
  PageSkeleton,
  Sentence,
  StatusBadge,
  useLoaded,
} from '@slipway/ui';
import { accessApiRef } from '../api/AccessApi';
import { Unasked } from './AccessOf';
import { Bounds } from './RoleWords';

/** All roles, who is in them, what they give, and what about them cannot hold. */
export function RolesView() {
  const api = useApi(accessApiRef);
  const { value, error, reload } = useLoaded(() => api.listRoles(), [api]);
  if (error) {
    return (
      <ErrorState
        title="The roles could not be loaded"
        error={error}
        onRetry={reload}
      />
    );
  }
  if (!value) {
    return <PageSkeleton label="roles" />;
  }
  const { items, problems, unasked } = value;
  return (
    <>
      {problems.length > 0 && (
        <Alert
          status="warning"
          icon
          title="Not all of what the roles say can hold"
          description={
            <ul className={styles.list}>
              {problems.map(({ role, message }) => (
                <li key={message}>
                  <strong>{role}</strong>: <Sentence text={message} />
                </li>
              ))}
            </ul>
          }
        />
      )}
      <Unasked plugins={unasked} />
      <p className={styles.note}>
        Roles are written in the portal's configuration, permission.slipway, so
        that each change is reviewed and has a history.
      </p>
      <ul className={styles.plain}>
        {items.map(role => (
          <li key={role.name} className={styles.item}>
            <Role role={role} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Role({ role }: { role: RoleView }) {
  const { kind, title, description, members, owners, permissions } = role;
  return (
    <>
      <h3 className={styles.heading}>{title}</h3>
      {description && <p className={styles.note}>{description}</p>}
      {kind !== 'built-in' && (
        <div className={styles.row}>
          {members.length === 0 && <span>Nobody</span>}
          {members.map(({ ref, isMissing }) =>
            isMissing ? (
              <span key={ref} className={styles.row}>
                <code>{ref}</code>
                <StatusBadge
                  status="missing"
                  label="Not in the catalog"
                  tone="attention"
                />
              </span>
            ) : (
              <EntityLink key={ref} entityRef={ref} />
            ),
          )}
        </div>
      )}
      {(role.environments ?? owners) && (
        <p className={styles.note}>
          Only
          <Bounds
            bounds={{
              environments: role.environments,
              owners: owners?.map(({ ref }) => ref),
            }}
          />
        </p>
      )}
      {permissions.length > 0 && (
        <details>
          <summary>
            {permissions.length === 1
              ? 'One permission'
              : `${permissions.length} permissions`}
          </summary>
          <ul className={styles.list}>
            {permissions.map(name => (
              <li key={name}>
                {wordsFor(name).title} <code>{name}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
