import {
  mockServices,
  ServiceFactoryTester,
} from '@backstage/backend-test-utils';
import { redactionsServiceFactory, redactionsServiceRef } from './redactions';
import { rootLoggerWithRequestIdServiceFactory } from './rootLogger';

describe('rootLoggerWithRequestIdServiceFactory', () => {
  it('hides the secrets of the configuration, and not the names of users', async () => {
    const tester = ServiceFactoryTester.from(
      rootLoggerWithRequestIdServiceFactory,
      {
        dependencies: [
          redactionsServiceFactory,
          mockServices.rootConfig.factory({
            data: {
              backend: {
                database: {
                  client: 'pg',
                  connection: {
                    host: 'db.example.com',
                    user: 'portal',
                    password: 'hush-1',
                  },
                },
              },
              auth: { session: { secret: 'hush-2' } },
            },
          }),
        ],
      },
    );
    await tester.getSubject();
    const redactions = await tester.getService(redactionsServiceRef);

    expect(redactions.redact('The portal has hush-1 and hush-2')).toBe(
      'The portal has *** and ***',
    );
  });

  it('hides a password also where it is the name of the user', async () => {
    const tester = ServiceFactoryTester.from(
      rootLoggerWithRequestIdServiceFactory,
      {
        dependencies: [
          redactionsServiceFactory,
          mockServices.rootConfig.factory({
            data: {
              backend: {
                database: {
                  client: 'pg',
                  connection: { user: 'twice', password: 'twice' },
                },
              },
            },
          }),
        ],
      },
    );
    await tester.getSubject();
    const redactions = await tester.getService(redactionsServiceRef);

    expect(redactions.redact('password twice')).toBe('password ***');
  });
});
