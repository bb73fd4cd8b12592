import { renderInTestApp } from '@backstage/frontend-test-utils';
import type { DatabaseEvent } from '@slipway/plugin-databases-common';
import { screen } from '@testing-library/react';
import { DatabaseTimeline } from './DatabaseTimeline';

const events = (...list: [type: string, message: string][]): DatabaseEvent[] =>
  list.map(([type, message], index) => ({
    id: `${index}`,
    type,
    message,
    operationId: 'operation-1',
    createdAt: `2026-01-01T10:00:0${index}Z`,
  }));

async function shown(list: DatabaseEvent[]) {
  renderInTestApp(
    <DatabaseTimeline events={{ value: list, reload: () => {} }} />,
  );
  const items = await screen.findAllByRole('listitem');
  return items.map(
    item =>
      /Ordered|Begins: [a-z]+|Done: [a-z]+|Waits/.exec(
        item.textContent ?? '',
      )?.[0],
  );
}

describe('the timeline of a database', () => {
  it('says that a step began only until it is done', async () => {
    expect(
      await shown(
        events(
          ['resource.created', 'Ordered'],
          ['step.started', 'Begins: roles'],
          ['operation.waiting', 'Waits'],
          ['step.succeeded', 'Done: roles'],
          ['step.started', 'Begins: schema'],
        ),
      ),
    ).toEqual(['Begins: schema', 'Done: roles', 'Waits', 'Ordered']);
  });

  it('keeps a beginning that was followed by something else', async () => {
    expect(
      await shown(
        events(
          ['step.started', 'Begins: roles'],
          ['step.started', 'Begins: undo'],
          ['step.succeeded', 'Done: undo'],
        ),
      ),
    ).toEqual(['Done: undo', 'Begins: roles']);
  });
});
