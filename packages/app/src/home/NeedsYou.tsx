import { toError } from '@backstage/errors';
import {
  errorApiRef,
  useApi,
  useApiHolder,
} from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { Button, ButtonIcon } from '@backstage/ui';
import { RiCloseLine } from '@remixicon/react';
import { approvalsApiRef, DecideButtons } from '@slipway/plugin-approvals';
import { APPROVALS_SIGNALS_CHANNEL } from '@slipway/plugin-approvals-common';
import { databasesApiRef } from '@slipway/plugin-databases';
import { POLICIES_SIGNALS_CHANNEL } from '@slipway/plugin-policies-common';
import { policiesApiRef } from '@slipway/plugin-policies-react';
import {
  EmptyState,
  ErrorState,
  RelativeTime,
  StatusBadge,
  useLive,
} from '@slipway/ui';
import { taskThingsApiRef } from '../tasks/TaskThingsApi';
import { approvalsToDecide } from './approvalsToDecide';
import { gatherNews } from './gatherNews';
import { HomeColumn } from './HomeColumn';
import { HomeList } from './HomeList';
import { loadNeeds, type Needs } from './loadNeeds';
import { useDismissed } from './useDismissed';
import { useRetryable } from './useRetryable';
import { violationsOfMine } from './violationsOfMine';

/** What waits for the person. */
export function NeedsYou({ owners }: { owners: string[] | undefined }) {
  const catalogApi = useApi(catalogApiRef);
  const scaffolderApi = useApi(scaffolderApiRef);
  const taskThingsApi = useApi(taskThingsApiRef);
  const databasesApi = useApi(databasesApiRef);
  const state = useRetryable(
    owners &&
      (() =>
        loadNeeds({
          catalogApi,
          scaffolderApi,
          taskThingsApi,
          databasesApi,
          owners,
        })),
    [catalogApi, scaffolderApi, taskThingsApi, databasesApi, owners],
  );
  const approvalsApi = useApi(approvalsApiRef);
  const approvals = useRetryable(
    () => approvalsToDecide(approvalsApi),
    [approvalsApi],
  );
  // Only these: somebody somewhere decides something all day long.
  useLive(APPROVALS_SIGNALS_CHANNEL, approvals.retry);
  const policiesApi = useApiHolder().get(policiesApiRef);
  const violations = useRetryable(
    async () =>
      policiesApi ? violationsOfMine(policiesApi) : { needs: [], errors: [] },
    [policiesApi],
  );
  useLive(POLICIES_SIGNALS_CHANNEL, violations.retry);
  // In this order: what others wait for, what failed, what can be mended when there is time.
  const sources = [approvals, state, violations];
  const loaded = sources.map(({ value }) => value);
  const all = {
    ...state,
    value: loaded.every(value => value !== undefined)
      ? {
          needs: loaded.flatMap(({ needs }) => needs),
          errors: loaded.flatMap(({ errors }) => errors),
        }
      : undefined,
  };
  const retry = () => sources.forEach(source => source.retry());
  return (
    <HomeColumn title="Needs you" subject="what needs you" state={all}>
      {needs => (
        <NeedsList {...needs} onRetry={retry} onDecided={approvals.retry} />
      )}
    </HomeColumn>
  );
}

function NeedsList(
  props: Needs & { onRetry: () => void; onDecided: () => void },
) {
  const { needs, errors, onRetry, onDecided } = props;
  const errorApi = useApi(errorApiRef);
  const { isDismissed, dismiss, restore } = useDismissed();
  const shown = needs.filter(({ key }) => !isDismissed(key));
  const dismissed = needs.map(({ key }) => key).filter(isDismissed);
  const tell = (error: unknown) => errorApi.post(toError(error));
  return (
    <>
      {errors.map(error => (
        <ErrorState
          key={error.message}
          title="Something that may need you could not be loaded"
          error={error}
          onRetry={onRetry}
        />
      ))}
      {shown.length > 0 && (
        <HomeList
          items={gatherNews(shown).map(line => ({
            key: line.key,
            title: line.title,
            href: line.href,
            inPlace: line.approval && (
              <DecideButtons
                approval={line.approval}
                isInList
                onDecided={onDecided}
              />
            ),
            status: <StatusBadge status={line.status} />,
            detail: (
              <>
                {line.detail} {line.at && <RelativeTime at={line.at} />}
              </>
            ),
            action: (
              <ButtonIcon
                size="small"
                variant="tertiary"
                icon={<RiCloseLine />}
                aria-label={`Dismiss ${line.title}`}
                onPress={() => dismiss(line.keys).catch(tell)}
              />
            ),
          }))}
        />
      )}
      {shown.length + errors.length === 0 && (
        <EmptyState title="Nothing waits for you. What fails or has to be decided will be listed here." />
      )}
      {dismissed.length > 0 && (
        <Button
          size="small"
          variant="tertiary"
          onPress={() => restore(dismissed).catch(tell)}
        >
          {`Show ${dismissed.length} dismissed`}
        </Button>
      )}
    </>
  );
}
