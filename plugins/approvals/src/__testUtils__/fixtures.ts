import type { ApprovalDetails } from '@slipway/plugin-approvals-common';

export const id = '11111111-2222-4333-8444-555555555555';

/** A request of Sam's that Nora, who is signed in, may decide. */
export const approval: ApprovalDetails = {
  id,
  subject: { kind: 'database-order', id: 'orders-db' },
  title: 'Order orders-db for production',
  link: '/databases/production/orders-db',
  facts: [{ label: 'Size', value: 'large' }],
  digest: 'a'.repeat(64),
  rule: [{ groups: ['group:default/platform-team'], required: 2 }],
  state: 'pending',
  requester: 'user:default/sam.okafor',
  excluded: ['user:default/sam.okafor'],
  reason: 'The old one is full',
  environment: 'production',
  owner: 'group:default/team-orders',
  votes: [
    {
      person: 'user:default/omar',
      castBy: 'user:default/ines',
      answer: 'approve',
      reason: 'Looks right',
      at: '2026-01-01T10:30:00Z',
    },
  ],
  createdAt: '2026-01-01T10:00:00Z',
  expiresAt: '2099-01-01T10:00:00Z',
  approvals: [1],
  me: { mayVote: true, voteAs: ['user:default/nora'], mayWithdraw: false },
};
