import type { ApprovalAnswer } from './approval';
import type { ApprovalRule } from './request';

/**
 * The groups that each person belongs to now, by the person's entity ref. Who is not in the
 * catalog is missing.
 * @public
 */
export type Memberships = ReadonlyMap<string, readonly string[]>;

/** What has to be known of a request to decide it. */
interface Decidable {
  rule: ApprovalRule;
  requester: string;
  /** The requester and the authors. */
  excluded: readonly string[];
}

/** What has to be known of a vote to count it. */
interface Countable {
  person: string;
  castBy: string;
  answer: ApprovalAnswer;
}

/**
 * Why a person may not vote, as a sentence with the way on; undefined when the person may.
 *
 * @param person - whose vote it is
 * @param castBy - who casts it; whether that is a deputy of the person's is for the caller to know
 * @public
 */
export function whyNotVote(
  request: Decidable,
  vote: { person: string; castBy: string },
  memberships: Memberships,
): string | undefined {
  for (const who of new Set([vote.castBy, vote.person])) {
    if (who === request.requester) {
      return `${who} asked for it, and nobody decides about a request of their own. Ask somebody of ${groupsOf(request.rule)}.`;
    }
    if (request.excluded.includes(who)) {
      return `${who} made what is decided about, and so does not decide. Ask somebody else of ${groupsOf(request.rule)}.`;
    }
    if (!memberships.has(who)) {
      return `${who} is not in the catalog. Ask somebody of ${groupsOf(request.rule)}.`;
    }
  }
  if (!isMemberOfAny(vote.person, request.rule, memberships)) {
    return `Only members of ${groupsOf(request.rule)} decide about this, and ${vote.person} is none. Ask one of them.`;
  }
  return undefined;
}

/**
 * By part of the rule, how many approvals count: of those who may vote now, whatever they might
 * when they did.
 * @public
 */
export function countApprovals(
  request: Decidable,
  votes: readonly Countable[],
  memberships: Memberships,
): number[] {
  const counted = votes.filter(
    vote =>
      vote.answer === 'approve' && !whyNotVote(request, vote, memberships),
  );
  return request.rule.map(
    part =>
      counted.filter(({ person }) => isMemberOfAny(person, [part], memberships))
        .length,
  );
}

/**
 * What the votes decide: one rejection rejects, and approved is what every part of the rule has
 * enough approvals for. Undefined while it is open.
 * @public
 */
export function decide(
  request: Decidable,
  votes: readonly Countable[],
  memberships: Memberships,
): 'approved' | 'rejected' | undefined {
  const rejects = votes.some(
    vote => vote.answer === 'reject' && !whyNotVote(request, vote, memberships),
  );
  if (rejects) {
    return 'rejected';
  }
  const approvals = countApprovals(request, votes, memberships);
  return request.rule.length > 0 &&
    request.rule.every((part, index) => approvals[index] >= part.required)
    ? 'approved'
    : undefined;
}

function isMemberOfAny(
  person: string,
  rule: ApprovalRule,
  memberships: Memberships,
): boolean {
  const groups = memberships.get(person) ?? [];
  return rule.some(part => part.groups.some(group => groups.includes(group)));
}

function groupsOf(rule: ApprovalRule): string {
  return [...new Set(rule.flatMap(part => part.groups))].join(' or ');
}
