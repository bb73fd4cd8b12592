import {
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import notificationsPlugin from '@backstage/plugin-notifications-backend';
import {
  notificationService,
  type NotificationService,
} from '@backstage/plugin-notifications-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  APPROVALS_ANSWERED_TOPIC,
  askingScope,
} from '@slipway/plugin-approvals-common';
import request from 'supertest';
import { answeredModule } from './answeredModule';

jest.setTimeout(120_000);

const PEOPLE = ['nora', 'omar', 'pia'];
const ref = (name: string) => `user:default/${name}`;

/** With upstream's own notifications, whose table is written to. */
describe('answeredModule', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

  it('marks as read what was answered, of whom it was answered for, and in the end of all', async () => {
    let notifications: NotificationService;
    const events = mockServices.events();
    const backend = await startTestBackend({
      features: [
        notificationsPlugin,
        answeredModule,
        createBackendPlugin({
          pluginId: 'approvals',
          register(env) {
            env.registerInit({
              deps: { sender: notificationService },
              async init({ sender }) {
                notifications = sender;
              },
            });
          },
        }),
        // One bus for all plugins, where upstream's has one for each.
        createServiceFactory({
          service: eventsServiceRef,
          deps: {},
          factory: () => events,
        }),
        mockServices.database.factory({
          knex: await databases.init('POSTGRES_18'),
        }),
        mockServices.rootConfig.factory({
          data: { app: { baseUrl: 'https://portal.example.com' } },
        }),
        catalogServiceMock.factory({
          entities: PEOPLE.map(name => ({
            apiVersion: 'backstage.io/v1alpha1',
            kind: 'User',
            metadata: { name, namespace: 'default' },
          })),
        }),
      ],
    });
    const ask = (id: string) =>
      notifications.send({
        recipients: { type: 'entity', entityRef: PEOPLE.map(ref) },
        payload: { title: `Waits for you: ${id}`, scope: askingScope(id) },
      });
    const answered = (eventPayload: object) =>
      events.publish({ topic: APPROVALS_ANSWERED_TOPIC, eventPayload });
    /** The titles of what somebody has not read, and of what they have. */
    const bellOf = async (name: string) => {
      const titles = async (read: boolean) => {
        const { body } = await request(backend.server)
          .get(`/api/notifications/notifications?read=${read}`)
          .set('authorization', mockCredentials.user.header(ref(name)))
          .expect(200);
        return body.notifications
          .map((each: { payload: { title: string } }) => each.payload.title)
          .sort();
      };
      return { unread: await titles(false), read: await titles(true) };
    };
    await ask('one');
    await ask('two');

    await answered({ approvalId: 'one', people: [ref('nora')] });
    expect(await bellOf('nora')).toEqual({
      unread: ['Waits for you: two'],
      read: ['Waits for you: one'],
    });
    expect((await bellOf('omar')).unread).toHaveLength(2);

    await answered({ approvalId: 'one', title: 'one: approved' });
    for (const name of PEOPLE) {
      expect(await bellOf(name)).toEqual({
        unread: ['Waits for you: two'],
        read: ['one: approved'],
      });
    }
    await backend.stop();
  });
});
