import { renderInTestApp } from '@backstage/frontend-test-utils';
import { screen } from '@testing-library/react';
import { ActorName } from './ActorName';

it('calls people by name, and services by their id', async () => {
  renderInTestApp(
    <ul>
      <li>
        <ActorName actor="user:default/sam.okafor" />
      </li>
      <li>
        <ActorName actor="plugin:policies" />
      </li>
    </ul>,
  );
  const items = await screen.findAllByRole('listitem');
  expect(items.map(({ textContent }) => textContent)).toEqual([
    'sam.okafor',
    'plugin:policies',
  ]);
});
