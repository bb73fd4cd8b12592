import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { approvalsApiRef } from '@slipway/plugin-approvals';
import { databasesApiRef } from '@slipway/plugin-databases';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { type TaskThing, taskThingsApiRef } from '../tasks/TaskThingsApi';
import { createTask } from './__testUtils__/createTask';
import { NeedsYou } from './NeedsYou';

const owners = ['group:default/team-orders'];
const nothing = async () => ({ items: [], totalItems: 0 });

const approvalId = '11111111-2222-4333-8444-555555555555';
const approval = {
  id: approvalId,
  subject: { kind: 'database-order', id: 'orders-db' },
  title: 'Order orders-db for production',
  facts: [{ label: 'Size', value: 'large' }],
  digest: 'a'.repeat(64),
  rule: [{ groups: ['group:default/platform-team'], required: 1 }],
  state: 'pending',
  requester: 'user:default/sam.okafor',
  excluded: [],
  reason: 'The old one is full',
  owner: 'group:default/team-orders',
  votes: [],
  createdAt: '2026-01-01T10:00:00Z',
  expiresAt: '2099-01-01T10:00:00Z',
  approvals: [0],
  me: {
    mayVote: true,
    voteAs: ['user:default/nora'],
    mayWithdraw: false,
  },
};

function renderNeeds(
  storage = mockApis.storage(),
  approvalsApi: object = { list: nothing },
  things: TaskThing[] = [
    { id: '1', kind: 'repository', title: 'A repository', state: 'made' },
  ],
) {
  const tasks = ['returns', 'refunds'].map(name =>
    createTask({ id: name, parameters: { name } }),
  );
  const { unmount } = renderInTestApp(<NeedsYou owners={owners} />, {
    apis: [
      [catalogApiRef, { queryEntities: nothing } as never],
      [scaffolderApiRef, { listTasks: async () => ({ tasks }) } as never],
      [approvalsApiRef, approvalsApi as never],
      [databasesApiRef, { list: nothing } as never],
      mockApis.identity({ userEntityRef: 'user:default/nora' }),
      [
        taskThingsApiRef,
        {
          list: async (ids: string[]) =>
            ids.map(taskId => ({ taskId, things })),
        },
      ],
      storage,
    ],
  });
  return { unmount, storage };
}

describe('NeedsYou', () => {
  it('puts an item aside for good, and brings it back', async () => {
    const { unmount, storage } = renderNeeds();
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Dismiss TypeScript service: returns',
      }),
    );
    expect(
      await screen.findByRole('button', { name: 'Show 1 dismissed' }),
    ).toBeInTheDocument();
    expect(screen.queryByRole('link', { name: /returns/ })).toBeNull();
    expect(screen.getByRole('link', { name: /refunds/ })).toBeInTheDocument();

    // Another day.
    unmount();
    renderNeeds(storage);
    const back = await screen.findByRole('button', {
      name: 'Show 1 dismissed',
    });
    expect(screen.queryByRole('link', { name: /returns/ })).toBeNull();
    await userEvent.click(back);
    expect(
      await screen.findByRole('link', { name: /returns/ }),
    ).toBeInTheDocument();
  });

  it('lists what waits for my decision, and takes it in place', async () => {
    let items = [approval];
    const vote = jest.fn(async () => {
      items = [];
      return { ...approval, state: 'approved' };
    });
    renderNeeds(mockApis.storage(), {
      list: async () => ({ items, totalItems: items.length }),
      get: async () => approval,
      vote,
    });
    expect(
      await screen.findByRole('link', {
        name: 'Order orders-db for production',
      }),
    ).toHaveAttribute('href', `/approvals/${approvalId}`);
    await userEvent.click(
      screen.getByRole('button', {
        name: 'Approve: Order orders-db for production',
      }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText('large')).toBeInTheDocument();
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Approve' }),
    );
    await waitFor(() =>
      expect(screen.queryByRole('link', { name: /orders-db/ })).toBeNull(),
    );
    expect(vote).toHaveBeenCalledWith(approvalId, { answer: 'approve' });
  });

  it('says that approvals did not answer, and shows the rest', async () => {
    renderNeeds(mockApis.storage(), {
      list: async () => {
        throw new Error('approvals are down');
      },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /approvals are down/,
    );
    expect(screen.getByRole('link', { name: /returns/ })).toBeInTheDocument();
  });

  it('makes one line of tasks that made nothing, to be dismissed at once', async () => {
    renderNeeds(mockApis.storage(), { list: nothing }, []);
    expect(
      await screen.findByRole('link', {
        name: '2 tasks stopped before they made anything',
      }),
    ).toHaveAttribute('href', '/create/tasks');
    expect(screen.queryByRole('link', { name: /returns/ })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: /^Dismiss 2/ }));
    expect(
      await screen.findByRole('button', { name: 'Show 2 dismissed' }),
    ).toBeInTheDocument();
    expect(screen.getByText(/Nothing waits for you/)).toBeInTheDocument();
  });

  it('says so when everything was put aside', async () => {
    renderNeeds();
    for (const name of ['returns', 'refunds']) {
      await userEvent.click(
        await screen.findByRole('button', {
          name: `Dismiss TypeScript service: ${name}`,
        }),
      );
    }
    expect(
      await screen.findByText(/Nothing waits for you/),
    ).toBeInTheDocument();
  });
});
