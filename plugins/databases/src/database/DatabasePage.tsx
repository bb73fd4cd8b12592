import { useApi } from '@backstage/frontend-plugin-api';
import { Alert, ButtonLink, Container, Header } from '@backstage/ui';
import {
  type Database,
  type DatabaseOperation,
  type PersonalLoginAccess,
} from '@slipway/plugin-databases-common';
import {
  EntityLink,
  ErrorState,
  PageSkeleton,
  StatusBadge,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useId, useState } from 'react';
import { useParams } from 'react-router-dom';
import { databasesApiRef } from '../api/DatabasesApi';
import { Health } from '../health/Health';
import { DATABASES } from '../shared/breadcrumbs';
import { accessIn, engineAndVersion } from '../shared/words';
import { ApplicationLogin } from './ApplicationLogin';
import { Backups } from './Backups';
import { ChangeButton } from './ChangeButton';
import { ChangesMenu } from './ChangesMenu';
import { ConnectMenu } from './ConnectMenu';
import { DatabaseTimeline } from './DatabaseTimeline';
import { Facts } from './Facts';
import { OperationSteps } from './OperationSteps';
import { PendingChange } from './PendingChange';
import { PersonalLoginDialog } from './PersonalLoginDialog';
import { PersonalLogins } from './PersonalLogins';
import { useDatabaseDetails } from './useDatabase';
import { useMay } from './useMay';

/** One database: its state, what can be done, what happens next. */
export function DatabasePage() {
  const { environment = '', name = '' } = useParams();
  const api = useApi(databasesApiRef);
  const database = useLoaded(
    () => api.getByName(environment, name),
    [api, environment, name],
  );
  if (database.value) {
    return (
      <DatabaseContent
        key={database.value.id}
        database={database.value}
        reload={database.reload}
      />
    );
  }
  return (
    <main className={styles.page}>
      <Header title={name} breadcrumbs={DATABASES} />
      <Container>
        {database.error ? (
          <ErrorState
            title={`${name} in ${environment} could not be loaded`}
            error={database.error}
            onRetry={database.reload}
            action={
              <ButtonLink href="/databases" size="small" variant="secondary">
                All databases
              </ButtonLink>
            }
          />
        ) : (
          <PageSkeleton label={name} />
        )}
      </Container>
    </main>
  );
}

function DatabaseContent(props: { database: Database; reload: () => void }) {
  const { database, reload } = props;
  const api = useApi(databasesApiRef);
  const may = useMay(database);
  const reasonId = useId();
  const details = useDatabaseDetails(database, reload);
  const options = useLoaded(() => api.getOptions(), [api]);
  const [access, setAccess] = useState<PersonalLoginAccess>();
  const { state } = database;
  const last = details.operation.value;
  const isRotationOpen =
    state === 'ready' &&
    (last?.type === 'rotate' || last?.type === 'renew') &&
    last.state === 'failed';
  const offered = accessIn(database.engine).filter(
    each =>
      each !== 'schema' ||
      options.value?.personalLogins.schemaAccessIn?.includes(
        database.environment,
      ),
  );
  const changeProps = {
    database,
    isAllowed: may.update,
    reasonId: may.reason && reasonId,
    onChanged: details.reloadAll,
  };

  return (
    <main className={styles.page}>
      <Header
        title={database.name}
        breadcrumbs={DATABASES}
        metadata={[
          { label: 'State', value: <StatusBadge status={state} /> },
          { label: 'Engine', value: engineAndVersion(database) },
          { label: 'Environment', value: database.environment },
          {
            label: 'Owner',
            value: <EntityLink entityRef={database.owner} />,
          },
        ]}
        customActions={
          <>
            {state === 'suspended' && (
              <ChangeButton {...changeProps} change="resume" label="Resume" />
            )}
            {(state === 'failed' || state === 'uncertain') && (
              <ChangeButton {...changeProps} change="retry" label="Try again" />
            )}
            {isRotationOpen && (
              <ChangeButton
                {...changeProps}
                change="rotate"
                label="Rotate again"
              />
            )}
            {state === 'ready' && (
              <ConnectMenu
                offered={offered}
                isAllowed={may.connect}
                reasonId={reasonId}
                onChoose={setAccess}
              />
            )}
            <ChangesMenu
              database={database}
              operation={last}
              options={options.value}
              may={may}
              reasonId={may.reason && reasonId}
              onChanged={details.reloadAll}
            />
          </>
        }
      />
      <Container>
        <div className={styles.stack}>
          {may.reason && (
            <p id={reasonId} className={styles.note}>
              {may.reason}
            </p>
          )}
          {state === 'awaiting-approval' && (
            <Alert
              status="info"
              icon
              title="Waits for approval. It is made as soon as it is approved; this page can be left."
              customActions={
                database.approvalId && (
                  <ButtonLink
                    href={`/approvals/${database.approvalId}`}
                    size="small"
                    variant="secondary"
                  >
                    Open the approval
                  </ButtonLink>
                )
              }
            />
          )}
          {database.pendingChange && (
            <PendingChange
              change={database.pendingChange}
              withdraw={
                <ChangeButton
                  {...changeProps}
                  change="withdraw-resize"
                  label="Withdraw"
                  isSmall
                />
              }
            />
          )}
          {database.stateReason && (
            <Alert
              status="warning"
              icon
              title={database.stateReason}
              description={whatIsLeft(state, last)}
            />
          )}
          {database.conditions.map(condition => (
            <Alert
              key={condition.type}
              status="warning"
              icon
              title={condition.message}
              customActions={
                condition.type === 'expiring' &&
                may.update && (
                  <ButtonLink
                    href="?do=extend"
                    size="small"
                    variant="secondary"
                  >
                    Extend
                  </ButtonLink>
                )
              }
            />
          ))}
          <div className={styles.columns}>
            <div className={styles.stack}>
              <OperationSteps operation={details.operation} />
              <Health database={database} />
              {database.endpoint && (
                <ApplicationLogin
                  database={database}
                  operation={last}
                  rotation={details.rotation}
                  mayDecide={may.retire}
                  onChanged={details.reloadAll}
                />
              )}
              <PersonalLogins
                database={database}
                logins={details.logins}
                mayRevoke={may.grant}
              />
              {database.backups && (
                <Backups
                  database={database}
                  operation={last}
                  backups={details.backups}
                  may={may}
                  onChanged={details.reloadAll}
                />
              )}
              <DatabaseTimeline events={details.events} />
            </div>
            <div className={styles.stack}>
              <Facts database={database} />
            </div>
          </div>
        </div>
      </Container>
      {access && (
        <PersonalLoginDialog
          database={database}
          access={access}
          offered={offered}
          hours={
            options.value?.personalLogins ?? { defaultHours: 8, maxHours: 8 }
          }
          onClose={() => setAccess(undefined)}
          onCreated={details.logins.reload}
        />
      )}
    </main>
  );
}

/** What a change that failed has left. */
function whatIsLeft(
  state: Database['state'],
  last?: DatabaseOperation,
): string | undefined {
  if (state === 'ready') {
    return `The database and its logins work as before. The steps below say where it stopped; when the cause is mended, ${wayOn(last)}`;
  }
  return state === 'suspended' && last?.type === 'restore'
    ? 'Its logins are off, and it may hold only a part of what it held. Its backups are kept: order a new database from one, or resume this one and restore another.'
    : undefined;
}

/** What comes after a change that failed, once its cause is mended. */
function wayOn(last?: DatabaseOperation): string {
  switch (last?.type) {
    case 'rotate':
    case 'renew':
      return 'rotate again: the application gets a new login, and the one that it has works on for a while.';
    case 'retire':
      return 'the platform does it again by itself.';
    case 'switch-back':
      return 'give the former login back again.';
    case 'backup':
      return 'back it up again.';
    case 'resize':
      return 'ask for the size again. It has the size that it had.';
    case 'restore':
      return 'restore it again. It holds what it held before.';
    case 'mend':
      return 'the platform does it again by itself.';
    default:
      return 'ask for it again.';
  }
}
