import { renderInTestApp } from '@backstage/frontend-test-utils';
import { entityPresentationApiRef } from '@backstage/plugin-catalog-react';
import { screen } from '@testing-library/react';
import { useEntityTitles } from './useEntityTitles';

function Titles() {
  const titleOf = useEntityTitles(['group:default/team-orders']);
  return (
    <p>
      {titleOf('group:default/team-orders')} and {titleOf('user:acme/sam')}
    </p>
  );
}

it('calls entities as the catalog does, and by their name while that is not known', async () => {
  const presentation = { primaryTitle: 'Orders', entityRef: '' };
  renderInTestApp(<Titles />, {
    apis: [
      [
        entityPresentationApiRef,
        {
          forEntity: () => ({
            snapshot: presentation,
            promise: Promise.resolve(presentation),
          }),
        },
      ],
    ],
  });
  expect(await screen.findByText('Orders and sam')).toBeInTheDocument();
});
