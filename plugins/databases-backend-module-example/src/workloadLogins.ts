import { createHash } from 'node:crypto';
import {
  DatabaseTarget,
  TerminalError,
  WorkloadSlot,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { change, OperationContext, OwnRecord } from './change';
import { loginNames } from './records';

/**
 * What the API gets instead of a password. Passwords are long and random, so that a hash of one says nothing about it.
 * @internal
 */
export function verifierOf(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}

/** @internal */
export async function stageLogin(
  operation: OperationContext,
  target: DatabaseTarget,
  { slot, password }: { slot: WorkloadSlot; password: string },
  context: WriteContext,
): Promise<void> {
  await change(operation, target, context, record => {
    assertNotSuspended(record);
    const login = workloadLogin(record, target, slot);
    const verifier = verifierOf(password);
    const isInUse = record.labels.active === slot && login.enabled;
    if (isInUse && login.verifier !== verifier) {
      throw new TerminalError(
        `The login ${slot} is in use. The other one gets the new password.`,
      );
    }
    Object.assign(login, { enabled: true, verifier });
  });
}

/** @internal */
export async function activateLogin(
  operation: OperationContext,
  target: DatabaseTarget,
  slot: WorkloadSlot,
  context: WriteContext,
): Promise<void> {
  await change(operation, target, context, record => {
    if (!workloadLogin(record, target, slot).enabled) {
      throw new TerminalError(`Nobody can log in as ${slot}. Stage it first.`);
    }
    record.labels.active = slot;
  });
}

/** @internal */
export async function retireLogin(
  operation: OperationContext,
  target: DatabaseTarget,
  slot: WorkloadSlot,
  context: WriteContext,
): Promise<void> {
  await change(operation, target, context, record => {
    if (record.labels.active === slot) {
      throw new TerminalError(`The login ${slot} is the one in use.`);
    }
    turnOff(workloadLogin(record, target, slot));
  });
}

/** @internal */
export async function revokeAllLogins(
  operation: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await change(operation, target, context, record => {
    removePersonal(record);
    Object.values(record.logins).forEach(turnOff);
  });
}

/** @internal */
export async function suspend(
  operation: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await change(operation, target, context, record => {
    removePersonal(record);
    for (const login of Object.values(record.logins)) {
      // Its password stays for the day when it is turned on again.
      login.enabled = false;
    }
    record.labels.suspended = true;
  });
}

/** @internal */
export async function resume(
  operation: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await change(operation, target, context, record => {
    const { active, suspended } = record.labels;
    record.labels.suspended = false;
    const login = active && workloadLogin(record, target, active);
    if (suspended && login) {
      // One whose password was taken away in an emergency has none to turn on.
      login.enabled = login.verifier !== undefined;
    }
  });
}

/** @internal */
export function assertNotSuspended({ labels }: OwnRecord): void {
  if (labels.suspended) {
    throw new TerminalError('The database is suspended. Resume it first.');
  }
}

function workloadLogin(
  { logins }: OwnRecord,
  { externalName }: DatabaseTarget,
  slot: WorkloadSlot,
) {
  const login = logins[loginNames(externalName)[slot]];
  if (!login) {
    throw new TerminalError('The database has no logins yet.');
  }
  return login;
}

function turnOff(login: { enabled: boolean; verifier?: string }): void {
  login.enabled = false;
  delete login.verifier;
}

function removePersonal({ logins }: OwnRecord): void {
  for (const [username, { loginId }] of Object.entries(logins)) {
    if (loginId) delete logins[username];
  }
}
