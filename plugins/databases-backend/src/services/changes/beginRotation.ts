import { ConflictError } from '@backstage/errors';
import { otherSlot } from '@slipway/plugin-databases-node';
import type { DatabasesConfig } from '../../config';
import { findFormerLogin } from '../../database/formerLogins';
import { RENEW } from '../../operations/renew';
import { RETIRE } from '../../operations/retire';
import { REVOKE } from '../../operations/revoke';
import { SWITCH_BACK } from '../../operations/switchBack';
import { type Changing, start } from './changing';

/** Gives the application a new login; the one that it has works on for a while. */
export async function beginRenewal(
  changing: Changing,
  config: DatabasesConfig['rotation'],
): Promise<string> {
  const { trx, record } = changing;
  if (await findFormerLogin(trx, record.id)) {
    throw new ConflictError(
      'The login before this one still works, and there are never more than two. Turn the former login off first, or end all logins when one has become known.',
    );
  }
  return start(changing, RENEW, {
    ...(await nextLogin(changing)),
    undoHours: config.undoHours,
  });
}

/** Gives the application its former login back. */
export async function beginSwitchBack(
  changing: Changing,
  config: DatabasesConfig['rotation'],
): Promise<string> {
  const { slot, revision } = await former(changing);
  return start(changing, SWITCH_BACK, {
    slot,
    revision,
    undoHours: config.undoHours,
  });
}

/** Turns the former login off, whoever uses it. */
export async function beginRetirement(changing: Changing): Promise<string> {
  const { slot, revision } = await former(changing);
  return start(changing, RETIRE, { slot, revision, isByHand: true });
}

/** Ends all logins at once and gives the application a new one. */
export async function beginRevocation(changing: Changing): Promise<string> {
  if (changing.record.state !== 'ready') {
    throw new ConflictError(
      `Logins are ended while the database is ready; it is ${changing.record.state}. While something else is under way, call that off first.`,
    );
  }
  return start(changing, REVOKE, await nextLogin(changing));
}

async function former({ trx, record }: Changing) {
  const row = await findFormerLogin(trx, record.id);
  if (!row) {
    throw new ConflictError(
      'There is no former login that still works: only the one in use does.',
    );
  }
  return row;
}

/** The login that comes next; its revision was never used. */
async function nextLogin({ trx, record, last }: Changing) {
  // A rotation that failed may have sealed a revision with a key that is lost by now.
  const revision =
    Math.max(
      record.workload_revision,
      record.workload_last_revision,
      Number(last?.input.revision ?? 0),
    ) + 1;
  await trx('databases')
    .where({ id: record.id })
    .update({ workload_last_revision: revision });
  return { slot: otherSlot(record.workload_slot ?? 'b'), revision };
}
