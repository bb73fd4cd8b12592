import {
  createBackendModule,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import notificationsPlugin from '@backstage/plugin-notifications-backend';
import {
  notificationService,
  notificationsProcessingExtensionPoint,
  type NotificationService,
} from '@backstage/plugin-notifications-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { ANSWER_LINKS_METADATA } from '@slipway/plugin-approvals-common';
import { sendingAnswerLinks } from './answerLinks';

jest.setTimeout(120_000);

const NORA = 'user:default/nora';
const LINK = 'Approve: https://portal.example.com/approvals/answer#secret';

/** Waits until something is so. */
async function waitFor(condition: () => boolean) {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('did not come true');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Upstream's notifications, with a processor that takes texts from where upstream's mail and Slack take them. */
describe('links to answer with, on their way to mail and Slack', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

  async function start() {
    const knex = await databases.init('POSTGRES_18');
    const sent: { mail?: string; slack?: string }[] = [];
    const senders: Record<string, NotificationService> = {};
    const sending = (pluginId: string) =>
      createBackendPlugin({
        pluginId,
        register(env) {
          env.registerInit({
            deps: { notifications: notificationService },
            async init({ notifications }) {
              senders[pluginId] = notifications;
            },
          });
        },
      });
    const backend = await startTestBackend({
      features: [
        notificationsPlugin,
        createBackendModule({
          pluginId: 'notifications',
          moduleId: 'mail',
          register(reg) {
            reg.registerInit({
              deps: { notifications: notificationsProcessingExtensionPoint },
              async init({ notifications }) {
                sendingAnswerLinks(notifications).addProcessor({
                  getName: () => 'Mail',
                  postProcess: async (notification, options) => {
                    sent.push({
                      mail: notification.payload.description,
                      slack: options.payload.description,
                    });
                  },
                });
              },
            });
          },
        }),
        sending('approvals'),
        sending('databases'),
        mockServices.database.factory({ knex }),
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'https://portal.example.com' },
          },
        }),
        catalogServiceMock.factory({
          entities: [
            {
              apiVersion: 'backstage.io/v1alpha1',
              kind: 'User',
              metadata: { name: 'nora', namespace: 'default' },
            },
          ],
        }),
      ],
    });
    const send = (pluginId: string, title: string) =>
      senders[pluginId].send({
        recipients: { type: 'entity', entityRef: NORA },
        payload: {
          title,
          description: 'Sam asks.',
          scope: 'approvals/1',
          metadata: { [ANSWER_LINKS_METADATA]: [LINK] },
        },
      });
    return { backend, knex, send, sent };
  }

  it('adds the links to what is sent on, and keeps them nowhere', async () => {
    const { backend, knex, send, sent } = await start();
    await send('approvals', 'Waits for you');
    await waitFor(() => sent.length === 1);
    // The same scope: the row is there and is written anew.
    await send('approvals', 'Still waits for you');
    await waitFor(() => sent.length === 2);
    const text = `Sam asks.\n${LINK}`;
    expect(sent).toEqual([
      { mail: text, slack: text },
      { mail: text, slack: text },
    ]);
    const rows = await knex('notification');
    expect(rows).toMatchObject([
      { title: 'Still waits for you', description: 'Sam asks.' },
    ]);
    expect(JSON.stringify(rows)).not.toContain('secret');
    await backend.stop();
  });

  it('adds none that another plugin hands over', async () => {
    const { backend, send, sent } = await start();
    await send('databases', 'A trap');
    await waitFor(() => sent.length === 1);
    expect(sent).toEqual([{ mail: 'Sam asks.', slack: 'Sam asks.' }]);
    await backend.stop();
  });
});
