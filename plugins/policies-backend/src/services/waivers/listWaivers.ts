import type { UserCredentials } from '@slipway/backend-utils';
import type {
  WaiversPage,
  WaiversQuery,
} from '@slipway/plugin-policies-common';
import * as stored from '../../database/waivers';
import { currentDigests } from './currentDigests';
import type { WaiversDeps } from './deps';

/** A page of the waivers that match, the newest first. */
export async function listWaivers(
  { access, knex, sets }: Pick<WaiversDeps, 'access' | 'knex' | 'sets'>,
  query: WaiversQuery & { offset: number; limit: number },
  credentials: UserCredentials,
): Promise<WaiversPage> {
  const { mine, ...rest } = query;
  const owner = mine
    ? (await access.ownershipOf(credentials)).filter(
        ref => !rest.owner || rest.owner.includes(ref),
      )
    : rest.owner;
  const { items, totalItems } = await stored.listWaivers(knex, {
    ...rest,
    owner,
  });
  const current = await currentDigests(sets);
  return {
    items: items.map(each => stored.toWaiver(each, current)),
    totalItems,
  };
}
