import { Marker, readMarker, writeMarker } from './marker';

const id = 'b1f6c7de-4a0b-4c1d-9f6e-2f1f0c9a7b11';

describe('marker', () => {
  it.each<Marker>([
    { slipway: 1, id, kind: 'owner' },
    {
      slipway: 1,
      id,
      kind: 'platform',
      fence: '9223372036854775807',
      name: `it's`,
      environment: 'staging',
      owner: 'group:default/team-orders',
      active: 'a',
    },
    {
      slipway: 1,
      id,
      kind: 'personal',
      loginId: '1',
      person: 'user:default/nora.lind',
      access: 'read-only',
    },
  ])('is read as it was written: %j', marker => {
    expect(readMarker(writeMarker(marker))).toEqual(marker);
  });

  it.each([
    null,
    '',
    'Orders of 2019, do not touch',
    '{"slipway":1',
    '{"slipway":2,"id":"x","kind":"owner"}',
    `{"slipway":1,"id":"${id}","kind":"king"}`,
    `{"id":"${id}","kind":"owner"}`,
  ])('is not found in %j', comment => {
    expect(readMarker(comment)).toBeUndefined();
  });
});
