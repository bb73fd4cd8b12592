import { parseInput } from '@slipway/input';
import { deputyRequestSchema } from './deputy';
import { approvalRequestSchema, voteRequestSchema } from './request';

const request = {
  subject: { kind: 'database-order', id: '1' },
  title: 'Order it',
  digest: 'a'.repeat(64),
  rule: [
    { groups: ['platform-team', 'Group:default/platform-team'], required: 1 },
  ],
  requester: 'sam',
  owner: 'team-orders',
};

describe('approvalRequestSchema', () => {
  it('reads refs as the catalog writes them, each once', () => {
    expect(parseInput(approvalRequestSchema, request)).toMatchObject({
      rule: [{ groups: ['group:default/platform-team'], required: 1 }],
      requester: 'user:default/sam',
      owner: 'group:default/team-orders',
      authors: [],
      facts: [],
    });
  });

  it.each([
    [{ requester: 'group:default/a' }, 'requester is no user'],
    [{ owner: 'user:default/a' }, 'owner is no group'],
    [{ owner: undefined }, 'owner is missing'],
    [{ link: 'data:text/html,hello' }, 'link is no path'],
    [{ link: '/\\evil.example.com' }, 'link is no path'],
    [{ title: '' }, 'title is empty'],
    [{ facts: [{ label: 'a' }] }, 'facts.0.value is missing'],
    [{ expiresAfterHours: 0 }, 'expiresAfterHours'],
  ])('refuses %j: %s', (change, words) => {
    expect(() =>
      parseInput(approvalRequestSchema, { ...request, ...change }),
    ).toThrow(words);
  });
});

describe('voteRequestSchema', () => {
  it('wants a reason to reject, and none to approve', () => {
    const parse = (value: object) => parseInput(voteRequestSchema, value);
    expect(parse({ answer: 'approve', reason: '' })).toEqual({
      answer: 'approve',
      reason: undefined,
    });
    expect(() => parse({ answer: 'reject' })).toThrow('reason is missing');
    expect(() => parse({ answer: 'maybe' })).toThrow('answer is not known');
  });
});

describe('deputyRequestSchema', () => {
  it('lasts three months at most', () => {
    const parse = (until: string) =>
      parseInput(deputyRequestSchema, {
        deputy: 'tara',
        from: '2026-01-01T00:00:00Z',
        until,
      });
    expect(parse('2026-02-01T00:00:00Z').deputy).toBe('user:default/tara');
    expect(() => parse('2026-06-01T00:00:00Z')).toThrow('until is not within');
    expect(() => parse('soon')).toThrow('until is no time');
  });
});

describe('reasons of people', () => {
  const readers: [string, (reason: string) => unknown][] = [
    [
      'of a vote',
      reason => parseInput(voteRequestSchema, { answer: 'reject', reason }),
    ],
    [
      'of a delegation',
      reason =>
        parseInput(deputyRequestSchema, {
          deputy: 'tara',
          from: '2026-01-01T00:00:00Z',
          until: '2026-02-01T00:00:00Z',
          reason,
        }),
    ],
  ];
  it.each(readers)('hold nothing that others do not see: %s', (_, read) => {
    expect(() => read('Go \u202e on')).toThrow(
      'reason holds a character that nobody sees (U+202E)',
    );
    expect(() => read('\u3164')).toThrow(
      'reason holds nothing that anybody sees',
    );
    expect(read('Fine 👩\u200d🚀\ufe0f,\nwhy not')).toMatchObject({
      reason: 'Fine 👩\u200d🚀\ufe0f,\nwhy not',
    });
  });
});
