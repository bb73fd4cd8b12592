import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { Router } from 'express';
import { readNotices } from './readNotices';

/** Serves the notices of the configuration to those who are signed in. */
export const noticesPlugin = createBackendPlugin({
  pluginId: 'notices',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        httpRouter: coreServices.httpRouter,
      },
      async init({ config, httpRouter }) {
        const notices = readNotices(config.getOptional('notices'));
        const router = Router();
        router.get('/notices', (_, response) => {
          response.json({ items: notices });
        });
        httpRouter.use(router);
      },
    });
  },
});
