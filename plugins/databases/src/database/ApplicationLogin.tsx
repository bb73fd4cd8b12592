import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import {
  canDo,
  type Database,
  type DatabaseConsumer,
  type DatabaseOperation,
  type DatabaseRotation,
} from '@slipway/plugin-databases-common';
import {
  ConfirmByName,
  ErrorState,
  InfoList,
  type Loaded,
  RelativeTime,
  layout as styles,
} from '@slipway/ui';
import { useState } from 'react';
import { type DatabaseChange, databasesApiRef } from '../api/DatabasesApi';

/** How it stands with the logins of the application, and what can be decided about the former one. */
export function ApplicationLogin(props: {
  database: Database;
  /** What is under way, or was last. */
  operation?: DatabaseOperation;
  rotation: Loaded<DatabaseRotation | undefined>;
  mayDecide: boolean;
  onChanged: () => void;
}) {
  const { database, operation, rotation, mayDecide, onChanged } = props;
  const api = useApi(databasesApiRef);
  const [asking, setAsking] = useState<{
    change: DatabaseChange;
    key: string;
  }>();
  const { value, error } = rotation;
  const former = value?.former;
  const isBusy = Boolean(operation && !operation.finishedAt);
  const isDisabled = !mayDecide || isBusy || !canDo('suspend', database.state);
  const ask = (change: DatabaseChange) =>
    setAsking({ change, key: crypto.randomUUID() });

  return (
    <section aria-labelledby="application-login">
      <h2 id="application-login" className={styles.heading}>
        The application’s login
      </h2>
      {error && (
        <ErrorState
          title="How it stands with the logins could not be loaded"
          error={error}
          onRetry={rotation.reload}
        />
      )}
      {value && (
        <InfoList
          items={[
            { label: 'In use since', value: <RelativeTime at={value.since} /> },
            {
              label: 'Changed by itself',
              value: value.nextDueAt ? (
                <RelativeTime at={value.nextDueAt} />
              ) : (
                'Not configured here'
              ),
            },
            {
              label: 'Former login',
              value: former && (
                <div className={styles.lines}>
                  <span>
                    Still works, replaced{' '}
                    <RelativeTime at={former.replacedAt} />
                  </span>
                  {former.isObserved && (
                    <span>
                      {former.consumers.total === 0
                        ? 'Nobody was seen with it'
                        : `${former.consumers.moved} of ${former.consumers.total} clients moved`}
                    </span>
                  )}
                </div>
              ),
            },
          ]}
        />
      )}
      {former && (
        <>
          {former.waitsFor.length > 0 ? (
            <ul className={styles.list}>
              {former.waitsFor.map(sentence => (
                <li key={sentence} className={styles.wrap}>
                  {sentence}
                </li>
              ))}
            </ul>
          ) : (
            <p className={styles.note}>
              Nobody needs it any more: it is turned off within minutes.
            </p>
          )}
          <div className={styles.row}>
            <Button
              size="small"
              variant="secondary"
              isDisabled={isDisabled}
              onPress={() => ask('undo-rotation')}
            >
              Give it back…
            </Button>
            <Button
              size="small"
              variant="secondary"
              isDisabled={isDisabled}
              onPress={() => ask('retire-login')}
            >
              Turn it off now…
            </Button>
          </div>
        </>
      )}
      {former && asking && (
        <ConfirmByName
          isOpen
          onClose={() => setAsking(undefined)}
          title={
            asking.change === 'retire-login'
              ? `Turn the former login of ${database.name} off`
              : `Give the application of ${database.name} its former login back`
          }
          action={
            asking.change === 'retire-login' ? 'Turn it off' : 'Give it back'
          }
          onConfirm={async () => {
            await api.change(database.id, asking.change, asking.key);
            onChanged();
          }}
        >
          {asking.change === 'retire-login'
            ? cutOff(former.waiting ?? [], former.isObserved)
            : 'The application finds its former login in its secret again. The newer one becomes the former login, works on for a while, and is then turned off.'}
        </ConfirmByName>
      )}
    </section>
  );
}

/** Whom turning it off would cut off. */
function cutOff(waiting: DatabaseConsumer[], isObserved: boolean): string {
  if (!isObserved) {
    return 'The server does not tell who uses it. Whoever does is cut off at once, until they pick the new login up from their secret.';
  }
  if (waiting.length === 0) {
    return 'Nobody is known to need it. Sessions that it has end at once.';
  }
  const names = waiting.map(({ application, address }) =>
    [address || 'a client', application && `(${application})`]
      .filter(Boolean)
      .join(' '),
  );
  return `This cuts off at once, until they pick the new login up from their secret: ${names.join(', ')}.`;
}
