import {
  mockServices,
  ServiceFactoryTester,
} from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import { redactionsServiceFactory } from './redactions';
import { rootLoggerWithRequestIdServiceFactory } from './rootLogger';

// It would take the test's own console.
jest.mock('./logConsole', () => ({ logConsole: jest.fn() }));

jest.setTimeout(30_000);

it.each<[JsonObject | undefined]>([[undefined], [{ task: 'audit-seal' }]])(
  'says in JSON what an error is that is logged by itself, with %p beside it',
  async meta => {
    jest.replaceProperty(process, 'env', {
      ...process.env,
      NODE_ENV: 'production',
    });
    const written: string[] = [];
    const collect = (line: unknown) => written.push(String(line)) > 0;
    // Winston writes past the console where it can.
    jest.spyOn(console, 'log').mockImplementation(collect);
    const { _stdout: out } = console as { _stdout?: NodeJS.WriteStream };
    if (out) {
      jest.spyOn(out, 'write').mockImplementation(collect);
    }
    const logger = await ServiceFactoryTester.from(
      rootLoggerWithRequestIdServiceFactory,
      {
        dependencies: [
          redactionsServiceFactory,
          mockServices.rootConfig.factory({
            data: { auth: { session: { secret: 'hush-hush' } } },
          }),
        ],
      },
    ).getSubject();
    const error: unknown = new Error('no water for hush-hush');
    logger.error(error as string, meta);
    await new Promise(resolve => setTimeout(resolve, 50));
    const lines = written.map(line => JSON.parse(line));
    jest.restoreAllMocks();
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: expect.stringMatching(
          /^Error: no water for \*\*\*\n.*errorMessage\.test\.ts/s,
        ),
        ...meta,
      }),
    );
  },
);
