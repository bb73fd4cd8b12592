import { randomUUID } from 'node:crypto';
import {
  DatabaseTarget,
  ReadContext,
  Verification,
  WorkloadSlot,
} from '@slipway/plugin-databases-node';
import { lookAt, OperationContext } from './change';
import { loginNames } from './records';

/**
 * Works as the application would, and tries to enter a neighbour. What is not tried has not been shown.
 * @internal
 */
export async function verifyLogin(
  operation: OperationContext,
  target: DatabaseTarget,
  { slot, password }: { slot: WorkloadSlot; password: string },
  context?: ReadContext,
): Promise<Verification> {
  const { api } = operation;
  await lookAt(operation, target, context);
  const login = { username: loginNames(target.externalName)[slot], password };
  const key = `slipway-check-${randomUUID()}`;
  const use = (database: string, op: 'get' | 'set' | 'delete') =>
    api.use(database, login, { op, key, value: key }, context);

  const written = await use(target.externalName, 'set');
  const read = await use(target.externalName, 'get');
  const removed = await use(target.externalName, 'delete');
  const neighbour = (await api.list(context)).find(
    ({ name, dropped }) => name !== target.externalName && !dropped,
  );
  const entered = neighbour && (await use(neighbour.name, 'get'));

  const checks = [
    {
      id: 'login',
      title: 'Log in as the application',
      passed: written.status === 200,
    },
    {
      id: 'work',
      title: 'Write a value, read it and remove it',
      passed: read.value === key && removed.status === 200,
    },
    {
      id: 'neighbour-refused',
      title: 'Try to enter a neighbour’s database',
      passed: !entered || entered.status === 401,
      ...(!entered && { detail: 'There is no neighbour yet.' }),
    },
  ];
  return { passed: checks.every(({ passed }) => passed), checks };
}
