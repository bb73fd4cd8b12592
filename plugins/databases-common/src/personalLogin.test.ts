import { parseInput } from '@slipway/input';
import { providerPauseRequestSchema } from './pause';
import { personalLoginRequestSchema } from './personalLogin';

describe('the reason', () => {
  it.each([
    [
      { reason: 'one\ntwo' },
      'reason contains a line break or a control character. Write it in one line.',
    ],
    [{ reason: 7 }, /^reason is not text\./],
    [{ reason: 'x'.repeat(301) }, /^reason is too long\./],
  ])('of a personal login or a pause is not %j', (body, expected) => {
    expect(() => parseInput(personalLoginRequestSchema, body)).toThrow(
      expected,
    );
    expect(() => parseInput(providerPauseRequestSchema, body)).toThrow(
      expected,
    );
  });

  it('may be left out, or be one line', () => {
    expect(parseInput(personalLoginRequestSchema, {})).toEqual({
      access: 'read-only',
    });
    expect(
      parseInput(personalLoginRequestSchema, { reason: 'Incident 42: “ü”' }),
    ).toMatchObject({ reason: 'Incident 42: “ü”' });
  });
});
