import { renderInTestApp } from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { databasesApiRef } from '@slipway/plugin-databases';
import { act, screen, waitFor } from '@testing-library/react';
import { PlanOutline } from './PlanOutline';
import { plans } from './PlanStore';

const templateRef = 'template:default/service';
const answers = {
  owner: 'group:default/team-orders',
  name: 'orders',
  size: 'small',
  repoUrl: 'git.example:3000?owner=acme&repo=orders',
};
const inputs = {
  name: '${{ parameters.name }}',
  owner: '${{ parameters.owner }}',
  repoUrl: '${{ parameters.repoUrl }}',
  databaseSize: '${{ parameters.size }}',
};

const options = (price?: object) => ({
  sizes: [{ name: 'small', pricePerMonth: { amount: 99, currency: 'EUR' } }],
  offers: [
    {
      engine: 'postgres',
      environment: 'development',
      takesOrders: true,
      sizes: [{ name: 'small', pricePerMonth: price }],
    },
  ],
});

function renderOutline(input: object, price?: object) {
  const template = {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: 'service' },
    spec: { steps: [{ action: 'slipway:service:plan', input }] },
  };
  renderInTestApp(<PlanOutline />, {
    apis: [
      [catalogApiRef, { getEntityByRef: async () => template } as never],
      [databasesApiRef, { getOptions: async () => options(price) } as never],
    ],
  });
}

async function review(parameters: object) {
  await act(async () => plans.answer(templateRef, parameters as never));
  await act(async () => plans.rest());
}

afterEach(() => act(() => plans.clear()));

describe('the review of a golden path', () => {
  it('names what will be made, with its price', async () => {
    renderOutline(inputs, { amount: 12, currency: 'EUR' });
    await act(async () => plans.answer(templateRef, answers));
    expect(screen.queryByText('This will be made')).toBeNull();
    await act(async () => plans.rest());
    await screen.findByText('This will be made');
    await waitFor(() =>
      expect(screen.getAllByRole('listitem').map(e => e.textContent)).toEqual([
        'A small Postgres database orders-db in development, owned by team-orders · €12 a month',
        'A repository acme/orders on git.example:3000 with the files of the service and you as their author',
        'In the catalog: the component orders and its API orders-api, with docs, and the resource orders-db',
      ]),
    );
  });

  it('names no database where none is wanted, and no price that nobody knows', async () => {
    renderOutline(inputs);
    await review({ ...answers, size: 'none' });
    await screen.findByText('This will be made');
    expect(screen.queryByText(/orders-db/)).toBeNull();
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
    await review(answers);
    expect(
      await screen.findByText(/its price is not known/),
    ).toBeInTheDocument();
  });

  it('says nothing where only the service can tell', async () => {
    renderOutline({ ...inputs, name: 'a-${{ parameters.name | lower }}' });
    await review(answers);
    expect(screen.queryByText('This will be made')).toBeNull();
  });
});
