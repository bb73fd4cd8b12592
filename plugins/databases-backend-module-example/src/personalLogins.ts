import {
  DatabaseTarget,
  PersonalCredentialsProvider,
  personOutside,
  shortHash,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { change, lookAt, OperationContext } from './change';
import { assertNotSuspended, verifierOf } from './workloadLogins';

/** @internal */
export async function grantPersonalLogin(
  operation: OperationContext,
  target: DatabaseTarget,
  login: Parameters<PersonalCredentialsProvider['grant']>[1],
  context: WriteContext,
): Promise<string> {
  // Named after the person, since sessions show it; different for each login that one person holds.
  const username = `${personOutside(login.person, 30)}_${shortHash(login.loginId)}`;
  await change(operation, target, context, record => {
    assertNotSuspended(record);
    record.logins[username] = {
      enabled: true,
      access: login.access,
      verifier: verifierOf(login.password),
      expiresAt: login.expiresAt.toISOString(),
      loginId: login.loginId,
    };
  });
  return username;
}

/** @internal */
export async function revokePersonalLogin(
  operation: OperationContext,
  target: DatabaseTarget,
  loginId: string,
  context: WriteContext,
): Promise<void> {
  if (!(await lookAt(operation, target, context))) {
    // With the database went its logins.
    return;
  }
  await change(operation, target, context, ({ logins }) => {
    for (const [username, login] of Object.entries(logins)) {
      if (login.loginId === loginId) delete logins[username];
    }
  });
}
