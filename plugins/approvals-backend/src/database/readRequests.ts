import { NotFoundError } from '@backstage/errors';
import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type { ApprovalView } from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import { applyCriteria, whereDecidedBy, type RequestFilter } from './filters';
import type { RequestRecord, VoteRow } from './rows';

/** Somebody for whom the one who asks may vote, with the groups that may decide. */
export interface Voice {
  person: string;
  groups: string[];
}

/** The request with this id. */
export async function getRequest(
  knex: Knex,
  id: string,
): Promise<RequestRecord> {
  const record = await findRequest(knex, id);
  if (!record) {
    throw new NotFoundError(`There is no approval with the id '${id}'`);
  }
  return record;
}

/** The request with this id, if there is one. */
export async function findRequest(
  knex: Knex,
  id: string,
): Promise<RequestRecord | undefined> {
  const [record] = await withVotes(
    knex,
    await records(knex).where('a.id', id).limit(1),
  );
  return record;
}

/** The newest request of a caller for a subject, whatever its digest. */
export async function findNewestFor(
  knex: Knex,
  subject: { caller: string; kind: string; id: string; digest?: string },
): Promise<RequestRecord | undefined> {
  const query = records(knex)
    .where({
      'a.caller': subject.caller,
      'a.subject_kind': subject.kind,
      'a.subject_id': subject.id,
    })
    .orderBy('a.number', 'desc')
    .limit(1);
  if (subject.digest) query.where('a.digest', subject.digest);
  const [record] = await withVotes(knex, await query);
  return record;
}

/** A page of the requests that match, with how many match in all. */
export async function listRequests(
  knex: Knex,
  query: {
    view?: ApprovalView;
    /** Only open ones that this person or group has a part in. */
    party?: string;
    /** Only open ones. */
    open?: boolean;
    offset: number;
    limit: number;
    /** Who asks. */
    user: string;
    /** For whom the one who asks may vote, besides oneself. */
    voices: Voice[];
    criteria?: PermissionCriteria<RequestFilter>;
  },
): Promise<{ items: RequestRecord[]; totalItems: number }> {
  const { view, party, open, user, voices, criteria } = query;
  const matching = (from: Knex.QueryBuilder) => {
    if (view === 'to-decide') whereWaitsFor(knex, from, user, voices);
    if (view === 'asked') from.where('a.requester', user);
    if (view === 'decided') from.whereNotNull('a.ended_at');
    if (party || open) from.whereNull('a.ended_at');
    if (party) applyCriteria(from, { parties: [party] });
    if (criteria) {
      from.where(nested => {
        nested.where(inner => void applyCriteria(inner, criteria));
        for (const { groups } of voices) {
          nested.orWhere(inner => void whereDecidedBy(inner, groups));
        }
      });
    }
    return from;
  };
  const [items, [{ count }]] = await Promise.all([
    matching(records(knex))
      .orderBy(
        view === 'to-decide'
          ? [{ column: 'a.expires_at' }, { column: 'a.number' }]
          : [{ column: 'a.created_at', order: 'desc' }, { column: 'a.number' }],
      )
      .offset(query.offset)
      .limit(query.limit),
    matching(knex('approval_requests as a')).count({ count: '*' }),
  ]);
  return { items: await withVotes(knex, items), totalItems: Number(count) };
}

/** What a person can decide now: for oneself or as a deputy, and not yet answered. */
function whereWaitsFor(
  knex: Knex,
  from: Knex.QueryBuilder,
  user: string,
  voices: Voice[],
) {
  from
    .whereNull('a.ended_at')
    .whereRaw('NOT (? = ANY (a.excluded))', [user])
    .whereNotExists(
      knex('approval_votes as v')
        .select(knex.raw('1'))
        .whereRaw('v.request_id = a.id')
        .where('v.cast_by', user),
    )
    .where(nested => {
      nested.whereRaw('false');
      for (const { person, groups } of voices) {
        nested.orWhere(inner => {
          whereDecidedBy(inner, groups)
            .whereRaw('NOT (? = ANY (a.excluded))', [person])
            .whereNotExists(
              knex('approval_votes as v')
                .select(knex.raw('1'))
                .whereRaw('v.request_id = a.id')
                .where('v.person', person),
            );
        });
      }
    });
}

function records(knex: Knex): Knex.QueryBuilder {
  return knex('approval_requests as a')
    .join('operations_resources as r', join =>
      join.on('r.id', '=', knex.raw('a.id::text')),
    )
    .select('a.*', 'r.state');
}

async function withVotes(
  knex: Knex,
  rows: Omit<RequestRecord, 'votes'>[],
): Promise<RequestRecord[]> {
  const votes: VoteRow[] = await knex('approval_votes')
    .whereIn(
      'request_id',
      rows.map(row => row.id),
    )
    .orderBy('cast_at');
  return rows.map(row => ({
    ...row,
    votes: votes.filter(vote => vote.request_id === row.id),
  }));
}
