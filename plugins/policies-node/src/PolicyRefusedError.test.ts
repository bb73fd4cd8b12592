import type { JudgedFinding } from '@slipway/plugin-policies-common';
import { PolicyRefusedError } from './PolicyRefusedError';

const finding: JudgedFinding = {
  policy: 'backup-retention',
  title: 'Backups are kept',
  digest: 'sha256:0',
  mode: 'deny',
  field: 'backup.retentionDays',
  message: 'Backups are kept for 3 days.',
  reason: 'Mistakes are noticed late.',
  comply: 'Keep them for 7 days.',
  failed: false,
};

it('names the rule, the field, the reason and how to comply', () => {
  const error = new PolicyRefusedError([finding]);
  expect(error.name).toBe('NotAllowedError');
  expect(error.message).toBe(
    'Backups are kept (backup.retentionDays): Backups are kept for 3 days. Mistakes are noticed late. Keep them for 7 days.',
  );
});

it('holds what denies, and tells of a few', () => {
  const error = new PolicyRefusedError([
    { ...finding, mode: 'warn' },
    {
      ...finding,
      waivedBy: { id: '1', reason: 'r', owner: 'o', expiresAt: 'e' },
    },
    ...Array(7).fill(finding),
  ]);
  expect(error.findings).toEqual(Array(7).fill(finding));
  expect(error.message).toContain('2 more rules refuse it.');
});
