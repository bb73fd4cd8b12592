import type {
  BlastRadius,
  Database,
  DatabaseOperation,
  DatabaseOptions,
  PersonalLogin,
} from '@slipway/plugin-databases-common';

export const database: Database = {
  id: '11111111-1111-4111-8111-111111111111',
  name: 'orders-db',
  environment: 'development',
  engine: 'postgres',
  version: '18',
  size: 'small',
  limits: { storageGiB: 5, connectionLimit: 20, statementTimeoutSeconds: 30 },
  owner: 'group:default/team-orders',
  description: 'Orders and their lines',
  state: 'ready',
  conditions: [],
  provider: { id: 'shared', title: 'Shared Postgres' },
  endpoint: {
    host: 'db.example.com',
    port: 5432,
    database: 'orders_db_1a2b',
    tls: false,
  },
  pricePerMonth: { amount: 12, currency: 'EUR' },
  entityRef: 'resource:default/orders-db.development',
  revision: 1,
  operationId: '22222222-2222-4222-8222-222222222222',
  createdBy: 'user:default/sam.okafor',
  createdAt: '2026-01-01T10:00:00Z',
  updatedAt: '2026-01-01T10:00:05Z',
};

export const operation: DatabaseOperation = {
  id: '22222222-2222-4222-8222-222222222222',
  databaseId: database.id,
  type: 'create',
  title: 'Create the database',
  state: 'succeeded',
  steps: [
    {
      id: 'create-roles',
      title: 'Create roles',
      state: 'succeeded',
      attempt: 1,
      startedAt: '2026-01-01T10:00:01Z',
      finishedAt: '2026-01-01T10:00:02Z',
    },
    {
      id: 'verify',
      title: 'Prove isolation',
      state: 'succeeded',
      attempt: 1,
      startedAt: '2026-01-01T10:00:02Z',
      finishedAt: '2026-01-01T10:00:05Z',
    },
  ],
  actor: 'user:default/sam.okafor',
  createdAt: '2026-01-01T10:00:00Z',
  finishedAt: '2026-01-01T10:00:05Z',
};

export const options: DatabaseOptions = {
  environments: [
    { name: 'development', title: 'Development' },
    { name: 'staging', title: 'Staging' },
    { name: 'production', title: 'Production' },
  ],
  sizes: [
    {
      name: 'small',
      storageGiB: 5,
      connectionLimit: 20,
      statementTimeoutSeconds: 30,
      pricePerMonth: { amount: 12, currency: 'EUR' },
    },
    {
      name: 'medium',
      storageGiB: 20,
      connectionLimit: 50,
      statementTimeoutSeconds: 60,
    },
  ],
  providers: [
    {
      id: 'shared',
      title: 'Shared Postgres',
      engine: 'postgres',
      versions: ['18'],
      environments: ['development', 'staging'],
      notes: ['The server is shared.'],
    },
  ],
  personalLogins: {
    defaultHours: 8,
    maxHours: 72,
    schemaAccessIn: ['development'],
  },
};

export const login: PersonalLogin = {
  id: '33333333-3333-4333-8333-333333333333',
  databaseId: database.id,
  user: 'user:default/sam.okafor',
  username: 'sam.okafor_0a1b2c3d4e',
  access: 'read-only',
  state: 'active',
  createdAt: '2026-01-01T10:00:00Z',
  expiresAt: '2099-01-01T18:00:00Z',
};

/** Of a database that nobody uses. */
export const blastRadius: BlastRadius = {
  databaseId: database.id,
  at: '2026-01-01T10:00:00Z',
  dependents: { found: 'known', total: 0, hidden: 0, items: [] },
  sessions: { found: 'known', total: 0, clients: [] },
  personalLogins: { found: 'known', items: [] },
  deletion: { asksForWord: false, undoUntil: '2099-01-08T10:00:00Z' },
};
