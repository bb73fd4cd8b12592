import { personalRoleName } from './identifiers';
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
      name: '',
      environment: '',
      owner: '',
      active: 'a',
    },
    {
      slipway: 1,
      id,
      kind: 'personal',
      loginId: '1',
      person: 'nora.lind',
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

  it('of the version before is read, and says no more than needed when it is written again', () => {
    const owned = { slipway: 1, id, kind: 'platform', fence: '7' } as const;
    const about = {
      name: 'orders',
      environment: 'staging',
      owner: 'group:default/team-orders',
    };
    const marker = readMarker(JSON.stringify({ ...owned, ...about }));
    expect(marker).toEqual({ ...owned, ...about });
    // The version before refuses one that lacks a text.
    expect(JSON.parse(writeMarker(marker!))).toEqual({
      ...owned,
      name: '',
      environment: '',
      owner: '',
    });
  });

  it('of a login calls the person as the role’s own name does', () => {
    const personal = {
      slipway: 1,
      id,
      kind: 'personal',
      loginId: '1',
    } as const;
    const access = 'read-only' as const;
    const before = { ...personal, person: 'user:default/Nora.Lind', access };
    const after = readMarker(writeMarker(before));
    expect(after).toEqual({ ...before, person: 'nora.lind' });
    expect(personalRoleName('nora.lind', '1')).toBe(
      personalRoleName(before.person, '1'),
    );
  });
});
