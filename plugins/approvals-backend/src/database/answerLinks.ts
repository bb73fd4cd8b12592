import { createHash, randomBytes } from 'node:crypto';
import type { ApprovalAnswer } from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';

/** How long a link is known after its request has ended, so that it can say so. */
const KEPT_DAYS = 30;

export interface AnswerLinkRow {
  token_hash: string;
  request_id: string;
  person: string;
  /** Whose vote it is, where the person is a deputy. */
  on_behalf_of: string | null;
  answer: ApprovalAnswer;
  created_at: Date;
  used_at: Date | null;
}

/** Makes a link's token. Only its hash is kept. */
export async function insertAnswerLink(
  knex: Knex,
  clock: string,
  link: {
    requestId: string;
    person: string;
    onBehalfOf?: string;
    answer: ApprovalAnswer;
  },
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await knex('approval_answer_links').insert({
    token_hash: hashOf(token),
    request_id: link.requestId,
    person: link.person,
    on_behalf_of: link.onBehalfOf ?? null,
    answer: link.answer,
    created_at: knex.raw(clock),
  });
  return token;
}

export async function findAnswerLink(
  knex: Knex,
  token: string,
): Promise<AnswerLinkRow | undefined> {
  return knex('approval_answer_links')
    .where({ token_hash: hashOf(token) })
    .first();
}

/** Uses a link up; whether it was unused. */
export async function burnAnswerLink(
  knex: Knex,
  clock: string,
  token: string,
): Promise<boolean> {
  const burnt = await knex('approval_answer_links')
    .where({ token_hash: hashOf(token) })
    .whereNull('used_at')
    .update({ used_at: knex.raw(clock) });
  return burnt > 0;
}

/** Forgets the links of requests that ended long ago; how many. */
export async function forgetAnswerLinks(
  knex: Knex,
  clock: string,
): Promise<number> {
  return knex('approval_answer_links')
    .whereIn(
      'request_id',
      knex('approval_requests')
        .select('id')
        .where(
          'ended_at',
          '<',
          knex.raw(`${clock} - interval '${KEPT_DAYS} days'`),
        ),
    )
    .delete();
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
