import { parseInput } from '@slipway/input';
import { handOnRequestSchema } from './handOn';

const reason = 'They run it from now on.';

describe('handOnRequestSchema', () => {
  it('takes a group in short, and a reason without blanks around it', () => {
    expect(
      handOnRequestSchema.parse({
        owner: 'Team-Payments',
        reason: ` ${reason} `,
      }),
    ).toEqual({ owner: 'group:default/team-payments', reason });
  });

  it.each([
    [{ reason }, 'owner is missing'],
    [{ owner: 'user:default/sam', reason }, 'owner is not the reference of a'],
    [{ owner: 'team-payments' }, 'reason is missing. Say in a sentence why.'],
    [{ owner: 'team-payments', reason: ' ' }, 'reason is empty'],
    [{ owner: 'team-payments', reason: 'a\nb' }, 'Write it in one line'],
    [{ owner: 'team-payments', reason: 'x'.repeat(301) }, 'at most 300'],
    [{ owner: 'team-payments', reason: '\u3164' }, 'nothing that anybody sees'],
    [{ owner: 'team-payments', reason: 'a\u202eb' }, 'U+202E'],
    [{ owner: 'team-payments', reason, to: 'x' }, 'not known: "to"'],
    [undefined, 'Send one with owner and reason'],
  ])('refuses %j and says how it would be right', (value, message) => {
    expect(() => parseInput(handOnRequestSchema, value)).toThrow(message);
  });
});
