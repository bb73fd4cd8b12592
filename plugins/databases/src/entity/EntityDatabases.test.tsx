import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { ANNOTATION_DATABASE_ID } from '@slipway/plugin-databases-common';
import { screen, within } from '@testing-library/react';
import { database } from '../__testUtils__/fixtures';
import {
  refuse,
  renderDatabases,
  setupService,
} from '../__testUtils__/renderDatabases';
import { DatabaseCard } from './DatabaseCard';
import { EntityDatabases } from './EntityDatabases';

const component = (targets: string[]): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'orders' },
  relations: [
    { type: 'ownedBy', targetRef: 'group:default/team-orders' },
    ...targets.map(targetRef => ({ type: 'dependsOn', targetRef })),
  ],
});
const group: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name: 'team-orders' },
};

describe('the entity tab', () => {
  const service = setupService();
  const render = (entity: Entity) =>
    renderDatabases(
      <EntityProvider entity={entity}>
        <EntityDatabases />
      </EntityProvider>,
    );

  it('shows the databases that a component depends on and passes over other resources', async () => {
    service.answers({
      'GET /databases/by-name/development/orders-db': () => database,
      'GET /databases/by-name/jpg/logo': () =>
        refuse(404, 'NotFoundError', 'No such database'),
    });
    render(
      component([
        'resource:default/orders-db.development',
        'resource:default/logo.jpg',
        'resource:default/bucket',
        'component:default/carts.v2',
      ]),
    );
    const row = await screen.findByRole('row', { name: /orders-db/ });
    expect(row).toHaveTextContent(/Ready.*development.*Postgres 18/);
    expect(
      within(row).getByRole('link', { name: 'orders-db' }),
    ).toHaveAttribute('href', '/databases/development/orders-db');
    expect(screen.getAllByRole('row')).toHaveLength(2);
  });

  it('shows the databases that a group owns', async () => {
    service.answers({
      'GET /databases': ({ query }) => ({
        items:
          query.get('owner') === 'group:default/team-orders' ? [database] : [],
        totalItems: 1,
      }),
    });
    render(group);
    expect(
      await screen.findByRole('row', { name: /orders-db/ }),
    ).toBeInTheDocument();
  });

  it('invites to order one for the owner when there is none', async () => {
    render(component([]));
    expect(
      await screen.findByRole('link', { name: 'Order a database' }),
    ).toHaveAttribute(
      'href',
      '/databases/new?owner=group%3Adefault%2Fteam-orders',
    );
  });

  it('says when the service is away', async () => {
    service.answers({
      'GET /databases': () => refuse(503, 'ServiceUnavailableError', 'Away'),
    });
    render(group);
    expect(await screen.findByRole('alert')).toHaveTextContent(/Away/);
  });
});

describe('the card on a Resource', () => {
  const service = setupService();

  it('shows the state and leads to the page', async () => {
    service.answers({ [`GET /databases/${database.id}`]: () => database });
    renderDatabases(
      <EntityProvider
        entity={{
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Resource',
          metadata: {
            name: 'orders-db.development',
            annotations: { [ANNOTATION_DATABASE_ID]: database.id },
          },
        }}
      >
        <DatabaseCard />
      </EntityProvider>,
    );
    expect(await screen.findByText('Ready')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Open database' })).toHaveAttribute(
      'href',
      '/databases/development/orders-db',
    );
  });
});
