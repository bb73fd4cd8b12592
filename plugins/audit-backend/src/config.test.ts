import { mockServices } from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import { readAuditConfig } from './config';

const read = (audit: JsonObject) =>
  readAuditConfig(mockServices.rootConfig({ data: { audit } }));

describe('readAuditConfig', () => {
  it('needs nothing, and then drops nothing', () => {
    expect(readAuditConfig(mockServices.rootConfig({ data: {} }))).toEqual({
      maxSegmentEntries: 1_000_000,
    });
  });

  it.each([
    [{ signing: { key: 'c2hvcnQ=' } }, /signing\.key must be 32 bytes/],
    [{ segments: { maxEntries: 0 } }, /maxEntries must be a whole number/],
    [{ retention: { days: 89 } }, /retention must be at least 90 days/],
    [{ retention: 'long' }, /retention/],
  ])('refuses %j, naming the key and not the secret', (audit, message) => {
    expect(() => read(audit)).toThrow(message);
    expect(() => read(audit)).not.toThrow(/c2hvcnQ/);
  });

  it('reads a duration however it is written', () => {
    expect(read({ retention: { months: 13 } }).retentionDays).toBe(390);
    expect(read({ retention: '400 days' }).retentionDays).toBe(400);
  });
});
