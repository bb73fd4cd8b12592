import {
  askingScope,
  type ApprovalAnswered,
} from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';

/**
 * Marks the notifications that asked for an answer as read, of these people or of everybody, and says how it ended.
 *
 * @remarks
 * In upstream's table: its interface lets only people themselves do it, and to send again under the same scope makes a notification unread. A test
 * holds this against the real plugin.
 *
 * @returns what was unread, and whose it is
 */
export async function readAnswered(
  knex: Knex,
  { approvalId, people, title }: ApprovalAnswered,
): Promise<{ id: string; user: string }[]> {
  const asked = () => {
    const query = knex('notification').where({
      origin: 'plugin:approvals',
      scope: askingScope(approvalId),
    });
    return people ? query.whereIn('user', people) : query;
  };
  if (title) {
    await asked().update({ title });
  }
  return asked()
    .whereNull('read')
    .update({ read: knex.fn.now() })
    .returning(['id', 'user']);
}
