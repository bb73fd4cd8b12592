import type { UserCredentials } from '@slipway/backend-utils';
import {
  waiverEndPermission,
  waiverWithdrawPermission,
  type PolicyWaiverDetails,
} from '@slipway/plugin-policies-common';
import { toWaiver, type WaiverRecord } from '../../database/waivers';
import { currentDigests } from './currentDigests';
import type { WaiversDeps } from './deps';

/** A waiver with what the one who asks may do with it. */
export async function toDetails(
  { access, sets }: Pick<WaiversDeps, 'access' | 'sets'>,
  record: WaiverRecord,
  credentials: UserCredentials,
): Promise<PolicyWaiverDetails> {
  const waiver = toWaiver(record, await currentDigests(sets));
  const isDirect = !credentials.principal.actor;
  return {
    ...waiver,
    me: {
      mayWithdraw:
        isDirect &&
        waiver.state === 'requested' &&
        (await access.may(credentials, waiverWithdrawPermission, record)),
      mayEnd:
        isDirect &&
        waiver.state === 'granted' &&
        (await access.may(credentials, waiverEndPermission, record)),
    },
  };
}
