import { randomUUID } from 'node:crypto';
import { nameInside, toExternalName } from './identifiers';

describe('names', () => {
  it.each([
    ['orders-db', /^slipway-orders-db-[0-9a-f]{10}$/],
    ['Orders__DB!', /^slipway-orders-db-[0-9a-f]{10}$/],
    ['9', /^slipway-db-[0-9a-f]{10}$/],
    ['x'.repeat(100), /^slipway-x{40}-[0-9a-f]{10}$/],
    [`${'x'.repeat(39)}--y`, /^slipway-x{39}-[0-9a-f]{10}$/],
  ])('of %j are taken by RDS and inside', (name, pattern) => {
    const id = randomUUID();
    const externalName = toExternalName({ id, name });
    expect(externalName).toMatch(pattern);
    expect(externalName.length).toBeLessThanOrEqual(63);
    // What every server takes.
    expect(nameInside(externalName)).toMatch(/^[a-z][a-z0-9_]{2,50}$/);
    expect(toExternalName({ id, name })).toBe(externalName);
    expect(toExternalName({ id: randomUUID(), name })).not.toBe(externalName);
  });

  it.each([
    'orders-db',
    'slipway-',
    'slipway-a--b',
    'slipway-a_b',
    'slipway-A',
  ])('that are not ours are refused: %s', name => {
    expect(() => nameInside(name)).toThrow('begins with slipway-');
  });
});
