import {
  EnsureRequest,
  Steps,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { change, OperationContext } from './change';
import { loginNames } from './records';

/**
 * How a database is made. Each step is done when its effect is seen, so that it can be repeated after a crash at any line.
 * @internal
 */
export const steps = Steps.create({
  reserve: ['Reserve the database', reserve],
  logins: ['Create the logins, turned off', ensureLogins],
  limits: ['Set the limits', ensureLimits],
});

async function reserve(
  operation: OperationContext,
  { target, spec }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  const { name, environment, owner } = spec;
  await change(
    operation,
    target,
    context,
    ({ labels }) => {
      // The owner of one that is there is written by `nameOwner`.
      Object.assign(labels, { name, environment });
    },
    { make: () => ({ name, environment, owner, suspended: false }) },
  );
}

async function ensureLogins(
  operation: OperationContext,
  { target }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await change(operation, target, context, ({ logins }) => {
    for (const username of Object.values(loginNames(target.externalName))) {
      logins[username] ??= { enabled: false, access: 'schema' };
    }
  });
}

async function ensureLimits(
  operation: OperationContext,
  { target, spec }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await change(operation, target, context, record => {
    record.connectionLimit = spec.limits.connectionLimit;
  });
}
