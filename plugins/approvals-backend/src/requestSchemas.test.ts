import { parseInput } from '@slipway/input';
import {
  useLinkSchema,
  withdrawRequestSchema,
  withdrawSchema,
} from './requestSchemas';

it('refuses reasons of people with what others do not see, and not those that services repeat', () => {
  for (const schema of [withdrawSchema, useLinkSchema]) {
    const rest = schema === useLinkSchema ? { token: 'a'.repeat(43) } : {};
    const read = (reason: string) => parseInput(schema, { ...rest, reason });
    expect(() => read('Go \u202e on')).toThrow(/U\+202E/);
    expect(() => read('\u2800')).toThrow(/nothing that anybody sees/);
    expect(read('Fine 👩\u200d🚀')).toMatchObject({
      reason: 'Fine 👩\u200d🚀',
    });
  }
  expect(
    parseInput(withdrawRequestSchema, {
      subject: { kind: 'database', id: '1' },
      digest: 'a'.repeat(64),
      reason: 'Go \u202e on',
    }),
  ).toMatchObject({ reason: 'Go \u202e on' });
});
