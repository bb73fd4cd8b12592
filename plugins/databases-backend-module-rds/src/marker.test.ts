import { newMarker, readMarker, toTags } from './marker';

describe('the marker', () => {
  const marker = newMarker(
    {
      id: '5f0c2c3e-9d0a-4f0e-8f43-0d6a6ce9a0f1',
      provider: 'rds',
      fence: 42n,
    },
    {
      name: 'orders-db',
      environment: 'production',
      engine: 'postgres',
      size: 'small',
      limits: { storageGiB: 5, connectionLimit: 1, statementTimeoutSeconds: 1 },
      owner: 'group:default/team-orders',
    },
  );

  it('is read as it was written', () => {
    expect(readMarker({ TagList: toTags(marker) })).toEqual(marker);
  });

  it('holds only characters that AWS takes', () => {
    for (const { Key = '', Value = '' } of toTags(marker)) {
      expect(`${Key}${Value}`).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u);
    }
  });

  it.each([
    [[]],
    [undefined],
    [[{ Key: 'slipway:id', Value: marker.id }]],
    [
      toTags(marker).map(tag =>
        tag.Key === 'slipway:managed-by'
          ? { ...tag, Value: 'somebody-else' }
          : tag,
      ),
    ],
    [
      toTags(marker).map(tag =>
        tag.Key === 'slipway:fence' ? { ...tag, Value: '-1' } : tag,
      ),
    ],
  ])('is not read from %j', TagList => {
    expect(readMarker({ TagList })).toBeUndefined();
  });
});
