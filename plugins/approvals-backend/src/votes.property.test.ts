import { randomUUID } from 'node:crypto';
import { TestDatabases } from '@backstage/backend-test-utils';
import {
  approvalRequestSchema,
  type ApprovalRequest,
} from '@slipway/plugin-approvals-common';
import fc from 'fast-check';
import type { Knex } from 'knex';
// eslint-disable-next-line @backstage/no-relative-monorepo-imports -- a test part that is no part of that package's interface
import {
  createProcess,
  type Fault,
} from '../../../packages/operations/src/__testUtils__/faultyKnex';
import { initTables } from './__testUtils__/initTables';
import {
  createReplica,
  type Company,
  type Replica,
} from './__testUtils__/Replica';
import { insertDeputy } from './database/deputies';
import { getRequest } from './database/readRequests';
import type { RequestRecord } from './database/rows';

jest.setTimeout(600_000);

const RUNS = Number(process.env.SLIPWAY_PROPERTY_RUNS ?? 25);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

const [A, B] = ['group:default/a', 'group:default/b'];
const PEOPLE = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'].map(
  name => `user:default/${name}`,
);
const [REQUESTER, AUTHOR] = PEOPLE;
/** Who is deputy of whom, all the time. */
const DEPUTIES = [
  [PEOPLE[2], PEOPLE[5]],
  [PEOPLE[3], PEOPLE[4]],
  [REQUESTER, PEOPLE[5]],
  [PEOPLE[2], REQUESTER],
];
const RULES = [
  [{ groups: [A], required: 1 }],
  [{ groups: [A], required: 2 }],
  [{ groups: [A, B], required: 3 }],
  [
    { groups: [A], required: 2 },
    { groups: [B], required: 1 },
  ],
];

type Command =
  | {
      type: 'vote';
      castBy: number;
      person: number;
      answer: 'approve' | 'reject';
    }
  | { type: 'take-back'; castBy: number }
  | { type: 'ask'; digest: string }
  | { type: 'withdraw' }
  | { type: 'pass-time' };

interface Round {
  /** Changes of membership before the round. */
  moves: { person: number; groups: number }[];
  /** Things that happen at the same time, each at one of two replicas. */
  commands: { replica: 0 | 1; command: Command; fault?: Fault }[];
}

const person = fc.nat(PEOPLE.length - 1);
const answer = fc.constantFrom<'approve' | 'reject'>(
  'approve',
  'approve',
  'approve',
  'reject',
);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      type: fc.constant('vote' as const),
      castBy: person,
      person,
      answer,
    }),
  },
  {
    // For oneself: most of what happens.
    weight: 12,
    arbitrary: fc.tuple(person, answer).map(([who, vote]) => ({
      type: 'vote' as const,
      castBy: who,
      person: who,
      answer: vote,
    })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('take-back' as const),
      castBy: person,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('ask' as const),
      digest: fc.constantFrom('a', 'b').map(letter => letter.repeat(64)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Command>(
      { type: 'withdraw' },
      { type: 'pass-time' },
    ),
  },
);
const round: fc.Arbitrary<Round> = fc.record({
  moves: fc.array(fc.record({ person, groups: fc.nat(4) }), { maxLength: 1 }),
  commands: fc.array(
    fc.record(
      {
        replica: fc.constantFrom<0 | 1>(0, 1),
        command,
        fault: fc.record({
          at: fc.integer({ min: 1, max: 30 }),
          kind: fc.constantFrom<Fault['kind']>(
            'crash-before',
            'crash-after',
            'lost-answer',
          ),
        }),
      },
      { requiredKeys: ['replica', 'command'] },
    ),
    { minLength: 1, maxLength: 4 },
  ),
});

/** Groups by number; the last is: not in the catalog. */
function move(company: Company, who: string, groups: number) {
  const all = [[A], [B], [A, B], []];
  if (groups < all.length) company.set(who, all[groups]);
  else company.delete(who);
}

/** What the votes decide, said once more and differently than the code under test says it. */
function oracle(request: RequestRecord, company: Company) {
  const barred = [REQUESTER, AUTHOR];
  const valid = request.votes.filter(
    vote =>
      !barred.includes(vote.person) &&
      !barred.includes(vote.cast_by) &&
      company.has(vote.person) &&
      company.has(vote.cast_by),
  );
  const inPart = (who: string, part: RequestRecord['rule'][number]) =>
    company.get(who)!.some(group => part.groups.includes(group));
  const inRule = valid.filter(vote =>
    request.rule.some(part => inPart(vote.person, part)),
  );
  if (inRule.some(vote => vote.answer === 'reject')) return 'rejected';
  const isMet = request.rule.every(part => {
    const voters = new Set(
      inRule.filter(v => inPart(v.person, part)).map(v => v.person),
    );
    return voters.size >= part.required;
  });
  return isMet ? 'approved' : 'pending';
}

describe('votes of several people at two replicas that crash', () => {
  let knex: Knex;

  beforeAll(async () => {
    knex = await initTables(databases);
    for (const [who, deputy] of DEPUTIES) {
      await insertDeputy(knex, 'clock_timestamp()', {
        id: randomUUID(),
        person: who,
        deputy,
        starts_at: new Date(0),
        ends_at: new Date(Date.now() + 86_400_000),
        reason: null,
      });
    }
  });

  /** One history, and what has to be true after each round of it. */
  async function live(rule: ApprovalRequest['rule'], rounds: Round[]) {
    const company: Company = new Map(
      PEOPLE.map((who, index) => [who, [[A], [A, B]][index % 2]]),
    );
    const subject = { kind: 'test', id: randomUUID() };
    const connection = knex.client.config.connection;
    const processes = new Set<{ knex: Knex }>();
    const start = async (fault?: Fault) => {
      const process = createProcess(connection, fault ? [fault] : []);
      processes.add(process);
      return createReplica(process.knex, company);
    };
    const steady = [await start(), await start()];
    const asking = (digest: string) =>
      approvalRequestSchema.parse({
        subject,
        digest,
        title: 'A thing',
        rule,
        requester: REQUESTER,
        authors: [AUTHOR],
        owner: A,
      });
    const ask = (replica: Replica, digest: string) =>
      replica.requests.request(asking(digest), {
        caller: 'plugin:test',
        idempotencyKey: randomUUID(),
      });
    const perform = async (
      { replica, command: each, fault }: Round['commands'][number],
      id: string,
    ) => {
      const at = fault ? await start(fault) : steady[replica];
      switch (each.type) {
        case 'vote':
          await at.vote(id, PEOPLE[each.castBy], {
            answer: each.answer,
            onBehalfOf: PEOPLE[each.person],
            reason: 'Because',
          });
          break;
        case 'take-back':
          await at.takeBack(id, PEOPLE[each.castBy]);
          break;
        case 'ask':
          await ask(at, each.digest);
          break;
        case 'withdraw':
          await at.withdraw(id, REQUESTER);
          break;
        default:
          await knex('approval_requests')
            .where({ id, ended_at: null })
            .update({ expires_at: new Date(0) });
          await at.expire();
      }
    };
    const all = async (): Promise<RequestRecord[]> => {
      const ids = await knex('approval_requests')
        .where({ subject_id: subject.id })
        .orderBy('number')
        .pluck('id');
      return Promise.all(ids.map(id => getRequest(knex, id)));
    };

    try {
      await ask(steady[0], 'a'.repeat(64));
      const ended = new Map<string, RequestRecord>();
      for (const { moves, commands } of rounds) {
        for (const { person: who, groups } of moves) {
          // Enough stay to decide, so that asking again is possible.
          move(company, PEOPLE[who], groups);
        }
        const before = await all();
        const newest = before.at(-1)!;
        const done = await Promise.allSettled(
          commands.map(each => perform(each, newest.id)),
        );
        const after = await all();

        // Whoever was told that a vote was taken had the right to cast it.
        done.forEach((result, index) => {
          const { command: each } = commands[index];
          if (result.status !== 'fulfilled' || each.type !== 'vote') return;
          const [castBy, whose] = [PEOPLE[each.castBy], PEOPLE[each.person]];
          // Said again, it was answered with what it had led to.
          const isOver = after.find(r => r.id === newest.id)?.ended_at;
          const isRepeated = newest.votes.some(
            vote => vote.person === whose && vote.cast_by === castBy,
          );
          if (isOver && isRepeated) return;
          expect([REQUESTER, AUTHOR]).not.toContain(castBy);
          expect([REQUESTER, AUTHOR]).not.toContain(whose);
          const groups = rule.flatMap(part => part.groups);
          expect(company.get(whose)!.some(g => groups.includes(g))).toBe(true);
          const isDeputy = DEPUTIES.some(
            ([who, deputy]) => who === whose && deputy === castBy,
          );
          expect(whose === castBy || isDeputy).toBe(true);
        });

        for (const request of after) {
          const earlier = ended.get(request.id);
          // What has ended never changes.
          if (earlier) {
            expect(request).toEqual(earlier);
            continue;
          }
          const was = before.find(({ id }) => id === request.id);
          const hasNewVotes = request.votes.some(
            vote =>
              !was?.votes.some(
                old =>
                  old.person === vote.person &&
                  old.cast_at.getTime() === vote.cast_at.getTime(),
              ),
          );
          // Nobody speaks twice.
          for (const column of ['person', 'cast_by'] as const) {
            const voters = request.votes.map(vote => vote[column]);
            expect(new Set(voters).size).toBe(voters.length);
          }
          if (['approved', 'rejected'].includes(request.state)) {
            expect(oracle(request, company)).toBe(request.state);
          }
          // A vote and what it decides are one: nothing waits for somebody to count.
          if (request.state === 'pending' && hasNewVotes) {
            expect(oracle(request, company)).toBe('pending');
          }
          expect(request.ended_at !== null).toBe(request.state !== 'pending');
          if (request.ended_at) ended.set(request.id, request);
        }
        expect(after.filter(r => r.state === 'pending').length).toBeLessThan(2);
        expect(
          after.slice(0, -1).filter(r => r.state === 'pending'),
        ).toHaveLength(0);

        // Approved is what the newest request says, and nothing else.
        for (const letter of ['a', 'b']) {
          const digest = letter.repeat(64);
          const { approved } = await steady[1].requests.status(
            subject,
            digest,
            'plugin:test',
          );
          const last = after.at(-1)!;
          expect(approved).toBe(
            last.digest === digest && last.state === 'approved',
          );
        }
      }
      // Each end is in the outbox once.
      const ends: { resource_id: string; to: string }[] = await knex(
        'operations_outbox as o',
      )
        .join('operations_events as e', 'e.id', 'o.event_id')
        .where('e.type', 'state.changed')
        .whereIn('e.resource_id', [...ended.keys()])
        .select('e.resource_id', knex.raw(`e.data->>'to' AS "to"`));
      expect(ends.map(e => `${e.resource_id} ${e.to}`).sort()).toEqual(
        [...ended.values()].map(r => `${r.id} ${r.state}`).sort(),
      );
      return [...ended.values()].map(r => r.state);
    } finally {
      await Promise.all([...processes].map(process => process.knex.destroy()));
    }
  }

  it('decide what the rule says, and nothing else', async () => {
    const states: string[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...RULES),
        fc.array(round, { minLength: 4, maxLength: 12 }),
        async (rule, rounds) => {
          states.push(...(await live(rule, rounds)));
        },
      ),
      { numRuns: RUNS, interruptAfterTimeLimit: 400_000 },
    );
    // A test that never decided anything would prove nothing.
    expect(states).toEqual(expect.arrayContaining(['approved', 'rejected']));
    // On a slow machine the rounds are fewer, and not every other end is among them.
    expect(new Set(states).size).toBeGreaterThan(2);
  });
});
