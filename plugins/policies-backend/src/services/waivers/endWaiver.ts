import { ConflictError, NotAllowedError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import {
  waiverEndPermission,
  type PolicyWaiverDetails,
} from '@slipway/plugin-policies-common';
import {
  getWaiver,
  isOver,
  lockWaiver,
  moveWaiver,
} from '../../database/waivers';
import type { Access } from '../Access';
import type { WaiversDeps } from './deps';
import { toDetails } from './toDetails';

/** Whether somebody may end a waiver. */
export async function assertMayEndWaiver(
  { knex, ...deps }: WaiversDeps,
  id: string,
  credentials: UserCredentials,
): Promise<void> {
  const access: Access = deps.access;
  access.assertDirectPerson(credentials);
  const record = await getWaiver(knex, id);
  if (!(await access.may(credentials, waiverEndPermission, record))) {
    throw new NotAllowedError(
      `Only ${record.owner} and the platform team may end this waiver.`,
    );
  }
}

/** Ends a waiver before its time. What has ended early already stays as it is. */
export async function endWaiver(
  deps: WaiversDeps,
  { id, reason }: { id: string; reason: string | undefined },
  credentials: UserCredentials,
): Promise<PolicyWaiverDetails> {
  const { knex, resources } = deps;
  await assertMayEndWaiver(deps, id, credentials);
  await knex.transaction(async trx => {
    const waiver = await lockWaiver(trx, id);
    const state = isOver(waiver) ? 'expired' : waiver.state;
    if (state === 'ended') return;
    if (state !== 'granted') {
      throw new ConflictError(
        state === 'requested'
          ? 'The waiver is not in force: nobody has decided on it. Take it back instead.'
          : `The waiver is ${state} already.`,
      );
    }
    await moveWaiver(resources, trx, {
      id,
      to: 'ended',
      actor: credentials.principal.userEntityRef,
      reason,
    });
  });
  return toDetails(deps, await getWaiver(knex, id), credentials);
}
