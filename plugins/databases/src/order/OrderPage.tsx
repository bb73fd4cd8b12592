import { useApi } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink, Container, Header } from '@backstage/ui';
import {
  type DatabaseOptions,
  databasePagePath,
} from '@slipway/plugin-databases-common';
import { RefusalState } from '@slipway/plugin-policies-react';
import {
  EmptyState,
  ErrorState,
  PageSkeleton,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { type FormEvent, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { databasesApiRef } from '../api/DatabasesApi';
import { BeginsWithBackup } from './BeginsWithBackup';
import { OrderForm } from './OrderForm';
import { OrderPanel } from './OrderPanel';
import { DATABASES } from '../shared/breadcrumbs';
import { Presets } from './Presets';
import { useOrderCheck, useOrderDraft } from './useOrderDraft';
import { useOrderVerdict } from './useOrderVerdict';
import { type Owner, useOwners } from './useOwners';

/** Order a database: one page, the answers on the left, what comes of them on the right. */
export function OrderPage() {
  const api = useApi(databasesApiRef);
  const options = useLoaded(() => api.getOptions(), [api]);
  const owners = useOwners();
  const error = options.error ?? owners.error;
  return (
    <main className={styles.page}>
      <Header title="Order a database" breadcrumbs={DATABASES} />
      <Container>
        {error && (
          <ErrorState
            title="The order form could not be loaded"
            error={error}
            onRetry={() => {
              options.reload();
              owners.reload();
            }}
          />
        )}
        {!error && !(options.value && owners.value) && (
          <PageSkeleton label="the order form" />
        )}
        {options.value && owners.value && (
          <OrderContent options={options.value} owners={owners.value} />
        )}
      </Container>
    </main>
  );
}

function OrderContent(props: { options: DatabaseOptions; owners: Owner[] }) {
  const { options, owners } = props;
  const api = useApi(databasesApiRef);
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const fromLink = (key: string) => params.get(key) ?? undefined;
  const { draft, set, keyFor, forget } = useOrderDraft({
    name: fromLink('name') ?? '',
    environment: fromLink('environment') ?? '',
    engine: fromLink('engine') ?? '',
    size: fromLink('size') ?? '',
    owner: fromLink('owner') ?? (owners.length === 1 ? owners[0].ref : ''),
  });
  const restoreFrom = fromLink('restoreFrom');
  const { provider, request, problems } = useOrderCheck(
    draft,
    options,
    restoreFrom,
  );
  const order = useOrderVerdict({
    draft,
    set,
    options,
    request,
    isComplete: problems.size === 0,
  });
  const [isSent, setIsSent] = useState(false);
  const [isPending, setIsPending] = useState(false);
  const [refused, setRefused] = useState<{ draft: object; error: unknown }>();
  // What was refused says nothing about what was changed since.
  const error = refused?.draft === draft ? refused.error : undefined;

  if (options.providers.length === 0) {
    return (
      <EmptyState title="No provider of databases is configured. Ask the platform team to add one under databases.providers." />
    );
  }
  if (owners.length === 0) {
    return (
      <EmptyState title="A database belongs to a group and you are in none. Ask the platform team to add you to your team." />
    );
  }

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsSent(true);
    setRefused(undefined);
    if (problems.size > 0 || isPending) {
      return;
    }
    setIsPending(true);
    try {
      const { database } = await api.order(request, keyFor(request));
      forget();
      navigate(databasePagePath(database.name, database.environment));
    } catch (reason) {
      setRefused({ draft, error: reason });
      setIsPending(false);
    }
  };

  return (
    <form onSubmit={submit} noValidate aria-label="Order a database">
      <div className={styles.columns}>
        <div className={styles.stack}>
          {restoreFrom && (
            <BeginsWithBackup
              backupId={restoreFrom}
              databaseId={fromLink('of')}
            />
          )}
          <Presets options={options} set={set} />
          <OrderForm
            draft={draft}
            set={set}
            options={options}
            engine={provider?.engine ?? draft.engine}
            owners={owners}
            problems={problems}
            findings={order.verdict.answer?.findings}
            isSent={isSent}
          />
          {error !== undefined && (
            <RefusalState
              title="The order was not taken"
              error={error}
              subject={order.subject}
              fixes={order.fixes}
              shown={order.verdict.answer?.findings}
            />
          )}
          <div className={styles.row}>
            <Button type="submit" variant="primary" isPending={isPending}>
              Order database
            </Button>
            <ButtonLink href="/databases" variant="secondary">
              Back to the list
            </ButtonLink>
          </div>
        </div>
        <OrderPanel
          draft={draft}
          options={options}
          provider={provider}
          order={order}
        />
      </div>
    </form>
  );
}
