import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ResourceEvent } from '@slipway/operations';
import { eventTypes, toCloudEvent } from './toCloudEvent';

const origin = {
  source: 'https://x.example/db',
  schemas: 'https://x.example/s',
};
const subject = {
  id: '6f9a4f0e-4f0b-4c8e-9a51-0d9f0a7f3b52',
  name: 'orders',
  environment: 'development',
  engine: 'postgres' as const,
  owner: 'group:default/a',
};
const event = (change: Partial<ResourceEvent>): ResourceEvent => ({
  id: '7',
  resourceId: subject.id,
  resourceKind: 'database',
  type: 'state.changed',
  data: { from: 'verifying', to: 'ready' },
  actor: 'user:default/sam',
  createdAt: new Date('2026-01-01T10:00:00Z'),
  ...change,
});
const convert = (change: Partial<ResourceEvent>) =>
  toCloudEvent(event(change), { subject, operationType: 'create' }, origin);

it('says the same each time, without persons and sentences', () => {
  const first = convert({
    operationId: 'o',
    data: { from: 'verifying', to: 'ready', message: 'by sam' },
  });
  expect(first).toEqual(
    convert({
      operationId: 'o',
      data: { from: 'verifying', to: 'ready', message: 'by sam' },
    }),
  );
  expect(first).toMatchObject({
    type: 'dev.slipway.database.ready.v1',
    dataschema: 'https://x.example/s/database-state-v1',
    data: {
      from: 'verifying',
      to: 'ready',
      operation: { id: 'o', type: 'create' },
    },
  });
  expect(JSON.stringify(first)).not.toContain('sam');
});

it('has another id for what bears the same number after a restore', () => {
  const later = convert({ createdAt: new Date('2026-01-02T10:00:00Z') });
  expect(later?.id).not.toBe(convert({})?.id);
});

it.each([
  'personal-login.created',
  'order.by-administrator',
  'policies.warned',
])('says nothing of %s', type => {
  expect(convert({ type, operationId: 'o', data: {} })).toBeUndefined();
});

it('has every type in the docs', () => {
  const text = readFileSync(
    path.resolve(__dirname, '../../../../docs/events.md'),
    'utf8',
  );
  const named = [...text.matchAll(/^\| `(dev\.[^`]+)`.*`([a-z-]+-v1)` *\|$/gm)];
  expect(named.map(([, type, schema]) => [type, schema]).sort()).toEqual(
    [...eventTypes].sort(),
  );
});
