import type { JudgedFinding } from '@slipway/plugin-policies-common';

/** A refusal of a size. */
export const finding: JudgedFinding = {
  policy: 'cost-limit',
  title: 'Cost of databases',
  digest: 'd'.repeat(64),
  mode: 'deny',
  validation: 0,
  field: 'size',
  message: 'In development a database may be small or medium, not large.',
  reason: 'What is only tried out should not cost much.',
  comply: 'Choose a smaller size.',
  failed: false,
};

/** A warning about a name. */
export const warning: JudgedFinding = {
  ...finding,
  policy: 'naming',
  title: 'Names',
  mode: 'warn',
  field: 'name',
  message: 'The name says where it runs.',
  comply: 'Leave the environment out of the name.',
};

/** What covers a finding. */
export const waivedBy = {
  id: '22222222-2222-4333-8444-555555555555',
  reason: 'The load test needs it.',
  owner: 'group:default/team-orders',
  expiresAt: '2099-01-01T00:00:00Z',
};
