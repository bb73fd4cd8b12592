import { identify } from './identify';

it('takes from the object what the request does not say', () => {
  const object = {
    kind: 'Component',
    metadata: { name: 'Orders' },
    spec: { owner: 'team-orders', environment: 'production' },
  };
  expect(identify({ kind: 'Component', operation: 'exists', object })).toEqual({
    kind: 'Component',
    name: 'Orders',
    environment: 'production',
    owner: 'group:default/team-orders',
    entityRef: 'component:default/orders',
  });
  expect(
    identify({
      kind: 'Component',
      operation: 'exists',
      object,
      name: 'basket',
      owner: 'group:shop/team-basket',
      environment: 'staging',
      entityRef: 'component:shop/basket',
    }),
  ).toEqual({
    kind: 'Component',
    name: 'basket',
    environment: 'staging',
    owner: 'group:shop/team-basket',
    entityRef: 'component:shop/basket',
  });
});

it('reads a short owner as the catalog does: in the namespace of the entity', () => {
  const object = {
    kind: 'Component',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: { owner: 'team-orders' },
  };
  expect(
    identify({ kind: 'Component', operation: 'exists', object }).owner,
  ).toBe('group:shop/team-orders');
});

it.each(['Environment', 'GoldenPath', 'PlatformConfiguration'])(
  'reads a short owner of a %s as the catalog does: by default whatever its own namespace',
  kind => {
    const object = {
      kind,
      metadata: { name: 'staging', namespace: 'platform' },
      spec: { owner: 'team-alpha' },
    };
    expect(identify({ kind, operation: 'exists', object }).owner).toBe(
      'group:default/team-alpha',
    );
  },
);

it('says nothing about what is not there', () => {
  expect(
    identify({
      kind: 'DatabaseRequest',
      operation: 'create',
      object: { name: '', owner: 7 },
    }),
  ).toEqual({ kind: 'DatabaseRequest' });
});
