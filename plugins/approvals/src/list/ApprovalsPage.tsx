import { useApi } from '@backstage/frontend-plugin-api';
import { ButtonLink, Container, Header, ToggleButton } from '@backstage/ui';
import {
  APPROVALS_SIGNALS_CHANNEL,
  approvalViews,
  type ApprovalView,
} from '@slipway/plugin-approvals-common';
import {
  EmptyState,
  ErrorState,
  PAGE_SIZE,
  pageOf,
  PageSkeleton,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useSearchParams } from 'react-router-dom';
import { approvalsApiRef } from '../api/ApprovalsApi';
import { ApprovalsTable } from './ApprovalsTable';

const VIEWS: Record<ApprovalView, { title: string; empty: string }> = {
  'to-decide': {
    title: 'To decide',
    empty:
      'Nothing waits for your decision. What does will be listed here and on Home.',
  },
  asked: {
    title: 'I asked',
    empty:
      'You have asked for no approval. Where one is needed, it is asked for when you order or promote.',
  },
  decided: { title: 'Decided', empty: 'Nothing was decided yet.' },
};

/** Approvals that wait for the person, that they asked for, and that are over. */
export function ApprovalsPage() {
  const api = useApi(approvalsApiRef);
  const [params, setParams] = useSearchParams();
  const view =
    approvalViews.find(each => each === params.get('view')) ?? 'to-decide';
  const number = pageOf(params);
  const page = useLoaded(
    async () => ({
      view,
      number,
      ...(await api.list({
        view,
        offset: (number - 1) * PAGE_SIZE,
        limit: PAGE_SIZE,
      })),
    }),
    [api, view, number],
  );
  useLive(APPROVALS_SIGNALS_CHANNEL, page.reload);
  // What was shown of another view is no answer to this one.
  const shown = page.value?.view === view ? page.value : undefined;

  return (
    <main className={styles.page}>
      <Header
        title="Approvals"
        customActions={
          <ButtonLink href="/approvals/deputies" variant="secondary">
            Deputies
          </ButtonLink>
        }
      />
      <Container>
        <div className={styles.stack}>
          <div
            className={styles.row}
            role="group"
            aria-label="Which approvals are shown"
          >
            {approvalViews.map(each => (
              <ToggleButton
                key={each}
                size="small"
                isSelected={each === view}
                onChange={() => setParams({ view: each })}
              >
                {VIEWS[each].title}
              </ToggleButton>
            ))}
          </div>
          {page.error && (
            <ErrorState
              title="The approvals could not be loaded"
              error={page.error}
              onRetry={page.reload}
            />
          )}
          {!shown && !page.error && <PageSkeleton label="approvals" />}
          {shown?.totalItems === 0 && <EmptyState title={VIEWS[view].empty} />}
          {shown && shown.totalItems > 0 && (
            <ApprovalsTable
              page={shown}
              number={shown.number}
              change={to =>
                setParams({ view, ...(to.page && { page: to.page }) })
              }
            />
          )}
        </div>
      </Container>
    </main>
  );
}
