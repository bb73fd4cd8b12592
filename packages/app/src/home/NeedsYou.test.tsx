import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { databasesApiRef } from '@slipway/plugin-databases';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { taskThingsApiRef } from '../tasks/TaskThingsApi';
import { createTask } from './__testUtils__/createTask';
import { NeedsYou } from './NeedsYou';

const owners = ['group:default/team-orders'];
const nothing = async () => ({ items: [], totalItems: 0 });

function renderNeeds(storage = mockApis.storage()) {
  const tasks = ['returns', 'refunds'].map(name =>
    createTask({ id: name, parameters: { name } }),
  );
  const { unmount } = renderInTestApp(<NeedsYou owners={owners} />, {
    apis: [
      [catalogApiRef, { queryEntities: nothing } as never],
      [scaffolderApiRef, { listTasks: async () => ({ tasks }) } as never],
      [databasesApiRef, { list: nothing } as never],
      [taskThingsApiRef, { list: async () => [] }],
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
