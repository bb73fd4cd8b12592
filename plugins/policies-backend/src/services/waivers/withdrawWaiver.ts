import { ConflictError, NotAllowedError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import {
  waiverWithdrawPermission,
  type PolicyWaiverDetails,
} from '@slipway/plugin-policies-common';
import { getWaiver, type WaiverRecord } from '../../database/waivers';
import type { Access } from '../Access';
import type { WaiversDeps } from './deps';
import { toDetails } from './toDetails';

/** Whether somebody may take a waiver back; the waiver. */
export async function assertMayWithdrawWaiver(
  { knex, ...deps }: WaiversDeps,
  id: string,
  credentials: UserCredentials,
): Promise<WaiverRecord> {
  const access: Access = deps.access;
  access.assertDirectPerson(credentials);
  const record = await getWaiver(knex, id);
  if (!(await access.may(credentials, waiverWithdrawPermission, record))) {
    throw new NotAllowedError(
      'Only the person who asked for a waiver, and the platform team, may take it back.',
    );
  }
  return record;
}

/** Takes back what nobody has decided on. What is taken back already stays as it is. */
export async function withdrawWaiver(
  deps: WaiversDeps,
  { id, reason }: { id: string; reason: string | undefined },
  credentials: UserCredentials,
): Promise<PolicyWaiverDetails> {
  const { knex, watch } = deps;
  const record = await assertMayWithdrawWaiver(deps, id, credentials);
  if (record.state === 'requested') {
    await watch.withdraw(record, {
      actor: credentials.principal.userEntityRef,
      reason,
    });
  }
  const after = await getWaiver(knex, id);
  if (after.state !== 'withdrawn') {
    throw new ConflictError(
      after.state === 'granted'
        ? 'The waiver was granted. End it instead.'
        : `The waiver is ${after.state} already.`,
    );
  }
  return toDetails(deps, after, credentials);
}
