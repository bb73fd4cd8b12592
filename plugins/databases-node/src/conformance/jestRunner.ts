import type { TestRunner } from './secretTypes';

/** Jest's functions, as a {@link TestRunner}. */
export function jestRunner(timeoutMs: number): TestRunner {
  const jest = { describe, it };
  return {
    describe: (name, body) => jest.describe(name, body),
    it: (name, { timeout }, body) => jest.it(name, body, timeout),
    before: body => beforeAll(body, timeoutMs),
    afterEach: body => afterEach(body, timeoutMs),
    after: body => afterAll(body, timeoutMs),
  };
}
