import { randomUUID } from 'node:crypto';
import type { UserCredentials } from '@slipway/backend-utils';
import { digestOf } from '@slipway/plugin-approvals-node';
import {
  waiverCreatePermission,
  type PolicyWaiverDetails,
  type WaiverRequest,
} from '@slipway/plugin-policies-common';
import { getWaiver, insertWaiver } from '../../database/waivers';
import type { Access } from '../Access';
import { assertFewWait } from './assertFewWait';
import { checkRequest } from './checkRequest';
import type { WaiversDeps } from './deps';
import { toDetails } from './toDetails';

/** Whether somebody may ask for any waiver. */
export async function assertMayRequestWaiver(
  access: Access,
  credentials: UserCredentials,
): Promise<void> {
  access.assertDirectPerson(credentials);
  await access.assertHolds(
    credentials,
    waiverCreatePermission,
    'You may not ask for waivers',
  );
}

/** Asks for a waiver. It covers nothing until somebody else has granted it. */
export async function requestWaiver(
  deps: WaiversDeps,
  request: WaiverRequest,
  options: { idempotencyKey: string; credentials: UserCredentials },
): Promise<PolicyWaiverDetails> {
  const { knex, resources, watch } = deps;
  const access: Access = deps.access;
  const { credentials, idempotencyKey } = options;
  await assertMayRequestWaiver(access, credentials);
  await access.assertMember(credentials, request.owner);
  const requester = credentials.principal.userEntityRef;
  // Before the transaction, so that a slow catalog holds no connection. Said in there, so that a repeated request is
  // answered with its waiver all the same.
  const checked = await checkRequest(deps, request).catch(
    (error: Error) => error,
  );
  const { result } = await knex.transaction(trx =>
    resources.once(
      trx,
      {
        scope: `waiver ${requester}`,
        key: idempotencyKey,
        body: JSON.parse(JSON.stringify(request)),
      },
      async () => {
        if (checked instanceof Error) throw checked;
        await assertFewWait(trx, checked.request, requester);
        const id = randomUUID();
        await insertWaiver(resources, trx, {
          id,
          request: checked.request,
          requester,
          policy: checked.policy,
          approvalDigest: digestOf({
            id,
            ...checked.request,
            policyDigest: checked.policy.digest,
          }),
        });
        return { id };
      },
    ),
  );
  // A look each minute asks those who decide when this does not come to it.
  await watch.look({ id: result.id });
  return toDetails(deps, await getWaiver(knex, result.id), credentials);
}
