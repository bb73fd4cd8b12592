import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import PromiseRouter from 'express-promise-router';

const waiver = (
  id: string,
  name: string,
  parties: { owner: string; requester: string; state: string },
) => ({
  id,
  policyTitle: 'Backups',
  scope: { kind: 'DatabaseRequest', name },
  expiresAt: '2100-01-01T00:00:00.000Z',
  ...parties,
});

/** One of a group that is gone, and one that somebody who left has asked for. */
const waivers = [
  waiver('w1', 'orders', {
    owner: 'group:default/team-gone',
    requester: 'user:default/sam',
    state: 'granted',
  }),
  waiver('w2', 'carts', {
    owner: 'group:default/team-orders',
    requester: 'user:default/left',
    state: 'requested',
  }),
];

/** Stands for the policies plugin, which knows no waivers of who is gone already: nobody could ask for one. */
export const waiversPlugin = createBackendPlugin({
  pluginId: 'policies',
  register(env) {
    env.registerInit({
      deps: { httpRouter: coreServices.httpRouter },
      async init({ httpRouter }) {
        const router = PromiseRouter();
        router.get('/waivers', async (req, res) => {
          const { party } = req.query;
          const items = waivers.filter(
            ({ owner, requester }) =>
              !party || [owner, requester].includes(String(party)),
          );
          res.json({ items, totalItems: items.length });
        });
        httpRouter.use(router);
      },
    });
  },
});
