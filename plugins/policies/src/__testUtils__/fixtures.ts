import type {
  Compliance,
  PoliciesState,
  PolicyDetails,
  PolicySummary,
  PolicyViolation,
  PolicyWaiverDetails,
} from '@slipway/plugin-policies-common';

const hoursAgo = (hours: number) =>
  new Date(Date.now() - hours * 3_600_000).toISOString();
const DIGEST = 'abcdef0123456789'.repeat(4);

export const state: PoliciesState = {
  digest: DIGEST,
  since: hoursAgo(48),
  policies: 2,
  checkedAt: hoursAgo(0),
  problems: [],
  lastSweep: {
    id: 's1',
    cause: 'schedule',
    startedAt: hoursAgo(1),
    endedAt: new Date(Date.parse(hoursAgo(1)) + 3_000).toISOString(),
    objects: 412,
    violations: 7,
  },
  sweeping: false,
};

const policy: PolicySummary = {
  name: 'required-labels',
  title: 'Labels of what is in production',
  description: 'Components say how much depends on them.',
  mode: 'warn',
  owner: 'group:default/platform-team',
  kinds: ['Component'],
  digest: DIGEST,
  file: 'https://git.example.com/acme/policies/required-labels/policy.yaml',
};

export const policies: PolicySummary[] = [
  policy,
  {
    ...policy,
    name: 'backup-retention',
    title: 'Backups in production',
    mode: 'deny',
    kinds: ['DatabaseRequest'],
    environments: ['production'],
    file: 'policies/backup-retention/policy.yaml',
  },
];

export const policyDetails: PolicyDetails = {
  ...policy,
  reason: 'Who is on call must see how urgent it is.',
  params: { tiers: ['1', '2', '3'] },
  document: { kind: 'Policy', metadata: { name: 'required-labels' } },
};

export const compliance: Compliance = {
  asOf: hoursAgo(1),
  now: { checked: 200, violating: 7, waived: 1 },
  byOwner: [
    {
      owner: 'group:default/team-basket',
      checked: 50,
      violating: 0,
      waived: 1,
    },
    {
      owner: 'group:default/team-orders',
      checked: 100,
      violating: 5,
      waived: 0,
    },
    { checked: 50, violating: 2, waived: 0 },
  ],
  byPolicy: [
    {
      policy: 'required-labels',
      title: 'Labels of what is in production',
      mode: 'warn',
      checked: 150,
      violating: 6,
      waived: 1,
    },
    {
      policy: 'backup-retention',
      title: 'Backups in production',
      mode: 'deny',
      checked: 50,
      violating: 1,
      waived: 0,
    },
  ],
  days: [
    { date: hoursAgo(24).slice(0, 10), checked: 200, violating: 20, waived: 0 },
    { date: hoursAgo(0).slice(0, 10), checked: 200, violating: 7, waived: 1 },
  ],
};

export const violation: PolicyViolation = {
  id: '11111111-2222-4333-8444-555555555555',
  policy: 'required-labels',
  title: 'Labels of what is in production',
  digest: DIGEST,
  mode: 'warn',
  validation: 0,
  field: 'metadata.labels.slipway.dev/tier',
  message: 'The label slipway.dev/tier must be one of 1, 2, 3.',
  reason: 'Who is on call must see at once how urgent it is.',
  comply: 'Give metadata.labels the label slipway.dev/tier.',
  failed: false,
  kind: 'Component',
  name: 'orders',
  entityRef: 'component:default/orders',
  link: '/catalog/default/component/orders',
  owner: 'group:default/team-orders',
  firstSeen: hoursAgo(72),
  lastSeen: hoursAgo(1),
};

export const waiver: PolicyWaiverDetails = {
  id: '22222222-2222-4333-8444-555555555555',
  policy: 'backup-retention',
  policyTitle: 'Backups in production',
  field: 'backup.retentionDays',
  scope: {
    kind: 'DatabaseRequest',
    name: 'orders-db',
    environment: 'production',
  },
  owner: 'group:default/team-orders',
  reason: 'The archive keeps them.',
  expiresAt: '2099-01-01T00:00:00Z',
  state: 'granted',
  requester: 'user:default/sam.okafor',
  createdAt: hoursAgo(50),
  grantedAt: hoursAgo(40),
  grantedBy: 'user:default/nora',
  policyDigest: DIGEST,
  policyChanged: false,
  approvalId: '33333333-2222-4333-8444-555555555555',
  me: { mayWithdraw: false, mayEnd: true },
};
