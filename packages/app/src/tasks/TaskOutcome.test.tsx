import { renderInTestApp } from '@backstage/frontend-test-utils';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { TaskOutcome } from './TaskOutcome';
import { type TaskThings, taskThingsApiRef } from './TaskThingsApi';

const things: TaskThings = {
  taskId: 't-1',
  removalPath: '/create/templates/default/remove-what-a-task-made?formData=x',
  things: [
    {
      id: '1',
      kind: 'repository',
      title: 'Repository git/lighthouse/returns',
      url: 'https://git/lighthouse/returns',
      state: 'made',
    },
    {
      id: '2',
      kind: 'database',
      title: 'Database returns-db in development',
      url: '/databases/development/returns-db',
      state: 'intended',
    },
  ],
};

function renderOutcome(
  status: 'failed' | 'completed' | 'processing',
  list: () => Promise<TaskThings[]>,
) {
  const task = {
    id: 't-1',
    status,
    spec: {
      steps: [],
      parameters: { name: 'returns' },
      templateInfo: {
        entityRef: 'template:default/typescript-service',
        entity: {
          metadata: { namespace: 'default', name: 'typescript-service' },
        },
      },
    },
  };
  const scaffolderApi = {
    getTask: async () => task,
    streamLogs: () => ({
      subscribe({ next }: { next: (event: object) => void }) {
        if (status !== 'processing') {
          setTimeout(() =>
            act(() => next({ id: 1, type: 'completion', body: {} })),
          );
        }
        return { unsubscribe() {} };
      },
    }),
  };
  return renderInTestApp(<TaskOutcome />, {
    mountPath: '/create/tasks/:taskId',
    initialRouteEntries: ['/create/tasks/t-1'],
    apis: [
      [scaffolderApiRef, scaffolderApi as never],
      [taskThingsApiRef, { list }],
    ],
  });
}

describe('TaskOutcome', () => {
  it('shows what a failed task made, and the two ways on', async () => {
    renderOutcome('failed', async () => [things]);
    expect(
      await screen.findByRole('link', { name: /lighthouse\/returns/ }),
    ).toHaveAttribute('href', 'https://git/lighthouse/returns');
    expect(screen.getByText('May exist')).toBeInTheDocument();
    const again = screen.getByRole('link', { name: 'Start over' });
    const address = new URL(again.getAttribute('href')!, 'http://portal');
    expect(address.pathname).toBe(
      '/create/templates/default/typescript-service',
    );
    expect(JSON.parse(address.searchParams.get('formData')!)).toEqual({
      name: 'returns',
    });
    expect(
      screen.getByRole('link', { name: 'Remove what was made…' }),
    ).toHaveAttribute('href', things.removalPath);
  });

  it('says so once everything was removed', async () => {
    renderOutcome('failed', async () => [
      {
        taskId: 't-1',
        things: things.things.map(thing => ({ ...thing, state: 'removed' })),
      },
    ]);
    expect(
      await screen.findByText(
        /^What it made was removed\. A database keeps its name .* with another name, or bring the database back/,
      ),
    ).toBeInTheDocument();
    expect(screen.queryByText(/anew/)).toBeNull();
    expect(screen.queryByRole('link', { name: /Remove/ })).toBeNull();
    expect(screen.queryByRole('link', { name: /lighthouse/ })).toBeNull();
    // Its page says until when it can be brought back.
    expect(screen.getByRole('link', { name: /returns-db/ })).toBeVisible();
    expect(screen.getByText(/after its grace period/)).toBeVisible();
  });

  it('promises to make everything anew where no name is held', async () => {
    renderOutcome('failed', async () => [
      { taskId: 't-1', things: [{ ...things.things[0], state: 'removed' }] },
    ]);
    expect(await screen.findByText(/makes everything anew/)).toBeVisible();
  });

  it('says when it could not be asked, and asks again', async () => {
    const list = jest
      .fn()
      .mockRejectedValueOnce(new Error('The portal is resting'))
      .mockResolvedValue([{ taskId: 't-1', things: [] }]);
    renderOutcome('failed', list);
    await userEvent.click(
      await screen.findByRole('button', { name: /Try again/ }),
    );
    expect(await screen.findByText(/^It made nothing/)).toBeInTheDocument();
  });

  it.each(['completed', 'processing'] as const)(
    'keeps out of the way of a task that is %s',
    async status => {
      const list = jest.fn();
      renderOutcome(status, list);
      await act(() => new Promise<void>(resolve => setTimeout(resolve, 200)));
      expect(screen.queryByRole('heading')).toBeNull();
      expect(list).not.toHaveBeenCalled();
    },
  );
});
