import { useApi } from '@backstage/frontend-plugin-api';
import { Container, Header, ToggleButton } from '@backstage/ui';
import {
  POLICIES_SIGNALS_CHANNEL,
  type WaiverState,
  compliancePath,
} from '@slipway/plugin-policies-common';
import { policiesApiRef } from '@slipway/plugin-policies-react';
import {
  EmptyState,
  PAGE_SIZE,
  pageOf,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { Shown } from '../shared/Shown';
import { useChange } from '../shared/useChange';
import { WaiversTable } from './WaiversTable';

const VIEWS: {
  id: string;
  title: string;
  state: WaiverState[];
  empty: string;
}[] = [
  {
    id: 'granted',
    title: 'In force',
    state: ['granted'],
    empty:
      'No waiver is in force. Ask for one where a policy refuses, or on the page of a violation.',
  },
  {
    id: 'requested',
    title: 'Asked for',
    state: ['requested'],
    empty: 'No waiver waits for a decision.',
  },
  {
    id: 'over',
    title: 'Over',
    state: ['rejected', 'withdrawn', 'ended', 'expired'],
    empty: 'No waiver is over yet.',
  },
];

/** All waivers: in force, asked for, and over. */
export function WaiversPage() {
  const api = useApi(policiesApiRef);
  const [params, change] = useChange();
  const view = VIEWS.find(({ id }) => id === params.get('view')) ?? VIEWS[0];
  const mine = params.get('mine') === 'true';
  const policy = params.getAll('policy');
  const number = pageOf(params);
  const waivers = useLoaded(
    async () => ({
      view,
      number,
      ...(await api.listWaivers({
        state: view.state,
        mine: mine || undefined,
        policy,
        offset: (number - 1) * PAGE_SIZE,
        limit: PAGE_SIZE,
      })),
    }),
    [api, view, mine, policy.join(), number],
  );
  useLive(POLICIES_SIGNALS_CHANNEL, waivers.reload);
  return (
    <main className={styles.page}>
      <Header
        title="Waivers"
        breadcrumbs={[{ label: 'Compliance', href: compliancePath() }]}
      />
      <Container>
        <div className={styles.stack}>
          <div
            className={styles.row}
            role="group"
            aria-label="Which waivers are shown"
          >
            {VIEWS.map(each => (
              <ToggleButton
                key={each.id}
                size="small"
                isSelected={each === view}
                onChange={() =>
                  change({ view: each === VIEWS[0] ? undefined : each.id })
                }
              >
                {each.title}
              </ToggleButton>
            ))}
            <ToggleButton
              size="small"
              isSelected={mine}
              onChange={on => change({ mine: on ? 'true' : undefined })}
            >
              Mine
            </ToggleButton>
            {policy.map(name => (
              <ToggleButton
                key={name}
                size="small"
                isSelected
                onChange={() =>
                  change({ policy: policy.filter(other => other !== name) })
                }
              >
                {`Only from ${name}`}
              </ToggleButton>
            ))}
          </div>
          <Shown loaded={waivers} what="waivers">
            {page =>
              page.totalItems > 0 ? (
                <WaiversTable
                  page={page}
                  number={page.number}
                  change={change}
                />
              ) : (
                <EmptyState title={page.view.empty} />
              )
            }
          </Shown>
        </div>
      </Container>
    </main>
  );
}
