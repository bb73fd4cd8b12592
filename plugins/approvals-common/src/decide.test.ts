import fc from 'fast-check';
import { countApprovals, decide, whyNotVote } from './decide';

const [A, B] = ['group:default/a', 'group:default/b'];
const request = {
  rule: [
    { groups: [A], required: 2 },
    { groups: [A, B], required: 3 },
  ],
  requester: 'user:default/r',
  excluded: ['user:default/r', 'user:default/x'],
};
const members = new Map([
  ['user:default/r', [A]],
  ['user:default/x', [A, B]],
  ['user:default/a1', [A]],
  ['user:default/a2', [A]],
  ['user:default/b1', [B]],
  ['user:default/c1', []],
]);
const vote = (name: string, answer: 'approve' | 'reject' = 'approve') => ({
  person: `user:default/${name}`,
  castBy: `user:default/${name}`,
  answer,
});

describe('decide', () => {
  it('waits until every part is met', () => {
    const votes = [vote('a1'), vote('b1')];
    expect(countApprovals(request, votes, members)).toEqual([1, 2]);
    expect(decide(request, votes, members)).toBeUndefined();
    expect(decide(request, [...votes, vote('a2')], members)).toBe('approved');
  });

  it('rejects by one who may vote, whatever the others say', () => {
    const votes = [vote('a1'), vote('a2'), vote('b1', 'reject')];
    expect(decide(request, votes, members)).toBe('rejected');
  });

  it.each(['r', 'x', 'c1', 'nobody'])('does not count %s', name => {
    const enough = [vote('a1'), vote('b1'), vote(name)];
    expect(countApprovals(request, enough, members)).toEqual([1, 2]);
    expect(decide(request, [vote(name, 'reject')], members)).toBeUndefined();
  });

  it('never approves an empty rule', () => {
    expect(decide({ ...request, rule: [] }, [], members)).toBeUndefined();
  });

  it('is never approved by fewer people than it asks for', () => {
    const names = fc.constantFrom('r', 'x', 'a1', 'a2', 'b1', 'c1', 'nobody');
    fc.assert(
      fc.property(fc.uniqueArray(names), voters => {
        const votes = voters.map(name => vote(name));
        const able = voters.filter(name => ['a1', 'a2', 'b1'].includes(name));
        expect(decide(request, votes, members) === 'approved').toBe(
          able.length === 3,
        );
      }),
    );
  });
});

describe('whyNotVote', () => {
  const why = (person: string, castBy = person) =>
    whyNotVote(
      request,
      { person: `user:default/${person}`, castBy: `user:default/${castBy}` },
      members,
    );

  it('looks at both, the person and the deputy', () => {
    expect(why('a1', 'c1')).toBeUndefined();
    expect(why('a1', 'r')).toMatch(/user:default\/r asked for it/);
    expect(why('r', 'a1')).toMatch(/user:default\/r asked for it/);
    expect(why('a1', 'x')).toMatch(/user:default\/x made what/);
    expect(why('a1', 'nobody')).toMatch(/nobody is not in the catalog/);
    expect(why('c1', 'a1')).toMatch(/Only members of .*a or .*b decide/);
  });
});
