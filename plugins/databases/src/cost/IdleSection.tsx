import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Link } from '@backstage/ui';
import {
  type Database,
  databasePagePath,
  DATABASES_SIGNALS_CHANNEL,
} from '@slipway/plugin-databases-common';
import {
  ConfirmByName,
  EntityName,
  ErrorState,
  PageSkeleton,
  RelativeTime,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useState } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';
import { type ChangeQuestion, changesOf } from '../database/changes';
import { useMay } from '../database/useMay';
import { priceAMonth } from '../shared/words';

/** Databases that nobody uses, with the two ways to spend less. */
export function IdleSection() {
  const api = useApi(databasesApiRef);
  const idle = useLoaded(() => api.listIdle(), [api]);
  useLive(DATABASES_SIGNALS_CHANNEL, idle.reload);
  const { value } = idle;
  return (
    <section aria-labelledby="idle" className={styles.tight}>
      <h2 id="idle" className={styles.heading}>
        Nobody uses
      </h2>
      {idle.error && (
        <ErrorState
          title="What nobody uses could not be loaded"
          error={idle.error}
          onRetry={idle.reload}
        />
      )}
      {!value && !idle.error && (
        <PageSkeleton label="what nobody uses" rows={2} />
      )}
      {value && (
        <p className={styles.note}>
          {value.items.length === 0
            ? `Every database that is watched had a session of an application or a person within ${value.days} days.`
            : `No session of an application or a person was seen for ${value.days} days or more. A suspended database costs the same; a deleted one nothing.`}
        </p>
      )}
      {value && value.items.length > 0 && (
        <ul className={styles.plain} aria-label="Nobody uses">
          {value.items.map(({ database, idleSince }) => (
            <li key={database.id} className={styles.item}>
              <div
                className={styles.row}
                style={{ justifyContent: 'space-between' }}
              >
                <span className={styles.wrap}>
                  <Link
                    href={databasePagePath(database.name, database.environment)}
                  >
                    {database.name} ({database.environment})
                  </Link>
                  {', '}
                  <EntityName entityRef={database.owner} />
                  {`, ${priceAMonth(database.pricePerMonth)}, since `}
                  <RelativeTime at={idleSince} />
                </span>
                <IdleActions database={database} onChanged={idle.reload} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function IdleActions(props: { database: Database; onChanged: () => void }) {
  const { database, onChanged } = props;
  const api = useApi(databasesApiRef);
  const may = useMay(database);
  const [asking, setAsking] = useState<{ what: ChangeQuestion; key: string }>();
  const questions = changesOf(database);
  const button = (
    change: 'suspend' | 'delete',
    label: string,
    isAllowed: boolean,
  ) => {
    const what = questions.find(each => each.change === change);
    return (
      what && (
        <Button
          size="small"
          variant="secondary"
          aria-label={`${label} ${database.name}`}
          isDisabled={!isAllowed || Boolean(what.obstacle)}
          onPress={() => setAsking({ what, key: crypto.randomUUID() })}
        >
          {label}
        </Button>
      )
    );
  };
  return (
    <span className={styles.row}>
      {button('suspend', 'Suspend', may.update)}
      {button('delete', 'Delete', may.remove)}
      {asking && (
        <ConfirmByName
          isOpen
          onClose={() => setAsking(undefined)}
          title={asking.what.title}
          action={asking.what.action}
          name={asking.what.isFinal ? database.name : undefined}
          onConfirm={async () => {
            await api.change(database.id, asking.what.change, asking.key);
            onChanged();
          }}
        >
          {asking.what.consequence}
        </ConfirmByName>
      )}
    </span>
  );
}
