import {
  coreServices,
  createBackendModule,
  createBackendPlugin,
  type AuthService,
} from '@backstage/backend-plugin-api';
import { notificationsProcessingExtensionPoint } from '@backstage/plugin-notifications-node';
import { createPortalBackend } from '../createPortalBackend';
import { runBackend } from '../runBackend';
import { watchRoutes } from './watchRoutes';

/** A plugin that has no business with any other. */
const BYSTANDER = 'bystander';
/** In whose names tokens are made, as these plugins would make them. */
const SPEAKERS = ['catalog', 'databases', 'mcp-actions', 'scaffolder'];

/** What the test asks of this process, each with an answer of the same id. */
type Question =
  | { id: number; ask: 'routes' | 'sent' }
  | {
      id: number;
      ask: 'token';
      from: string;
      to: string;
      /** Somebody's token, for whom the plugin speaks. */
      onBehalfOf?: string;
    };

// Before any plugin makes its router.
const routes = watchRoutes();
const speakers = new Map<string, AuthService>();

/** What went out by mail and Slack, if there were any. */
const sent: { user: string | null; mail?: string; slack?: string }[] = [];

const mail = createBackendModule({
  pluginId: 'notifications',
  moduleId: 'test-mail',
  register(reg) {
    reg.registerInit({
      deps: { notifications: notificationsProcessingExtensionPoint },
      async init({ notifications }) {
        notifications.addProcessor({
          getName: () => 'Mail',
          postProcess: async ({ user, payload }, options) => {
            sent.push({
              user,
              mail: payload.description,
              slack: options.payload.description,
            });
          },
        });
      },
    });
  },
});

const speaker = (pluginId: string) =>
  createBackendModule({
    pluginId,
    moduleId: 'test-tokens',
    register(reg) {
      reg.registerInit({
        deps: { auth: coreServices.auth },
        async init({ auth }) {
          speakers.set(pluginId, auth);
        },
      });
    },
  });

const bystander = createBackendPlugin({
  pluginId: BYSTANDER,
  register(env) {
    env.registerInit({
      deps: { auth: coreServices.auth, httpRouter: coreServices.httpRouter },
      async init({ auth }) {
        speakers.set(BYSTANDER, auth);
      },
    });
  },
});

async function answer(question: Question): Promise<unknown> {
  if (question.ask !== 'token') {
    return { routes, sent }[question.ask];
  }
  const auth = speakers.get(question.from);
  if (!auth) {
    throw new Error(`No plugin ${question.from} makes tokens for the test`);
  }
  const { token } = await auth.getPluginRequestToken({
    onBehalfOf: question.onBehalfOf
      ? await auth.authenticate(question.onBehalfOf)
      : await auth.getOwnServiceCredentials(),
    targetPluginId: question.to,
  });
  return token;
}

process.on('message', (question: Question) => {
  answer(question).then(
    value => process.send?.({ id: question.id, value }),
    error => process.send?.({ id: question.id, error: String(error) }),
  );
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit(1));

const backend = createPortalBackend();
backend.add(bystander);
backend.add(mail);
for (const pluginId of SPEAKERS) {
  backend.add(speaker(pluginId));
}
runBackend(backend);
