import { ResponseError } from '@backstage/errors';
import { finding } from '../__testUtils__/finding';
import { findingsIn, findingsOf } from './findingsOf';

const refusal = (more: object) =>
  ResponseError.fromResponse(
    new Response(
      JSON.stringify({
        error: { name: 'NotAllowedError', message: 'Policies refuse it.' },
        response: { statusCode: 403 },
        ...more,
      }),
      { status: 403, headers: { 'content-type': 'application/json' } },
    ) as Parameters<typeof ResponseError.fromResponse>[0],
  );

it('takes findings from the body of a refusal', async () => {
  expect(findingsOf(await refusal({ findings: [finding] }))).toEqual([finding]);
  expect(findingsIn({ error: { findings: [finding] } })).toEqual([finding]);
});

it('finds none where another reason is given, or what is no finding', async () => {
  expect(findingsOf(await refusal({}))).toBeUndefined();
  expect(findingsOf(await refusal({ findings: [] }))).toBeUndefined();
  expect(findingsOf(await refusal({ findings: [{ a: 1 }] }))).toBeUndefined();
  expect(findingsOf(new Error('Away'))).toBeUndefined();
  expect(findingsIn(undefined)).toBeUndefined();
});
