import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import auditPlugin from '@slipway/plugin-audit-backend';
import type { AuditEvent } from '@slipway/plugin-audit-common';
import PromiseRouter from 'express-promise-router';
import type { Knex } from 'knex';
import request from 'supertest';
import { redactionsServiceFactory } from '../logging/redactions';
import { recordingAuditorServiceFactory } from './auditorService';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

/** A plugin that counts boats, one more with each request. */
function createBoats() {
  const boats = { launched: 0 };
  const plugin = createBackendPlugin({
    pluginId: 'boats',
    register(env) {
      env.registerInit({
        deps: {
          auditor: coreServices.auditor,
          httpRouter: coreServices.httpRouter,
        },
        async init({ auditor, httpRouter }) {
          const router = PromiseRouter();
          router.post('/launch', async (req, res) => {
            const event = await auditor.createEvent({
              eventId: 'boat-launch',
              severityLevel: 'medium',
              request: req,
              meta: { id: 'boat-7', password: 'letmein' },
            });
            boats.launched += 1;
            await event.success();
            res.status(201).end();
          });
          httpRouter.use(router);
        },
      });
    },
  });
  return { boats, plugin };
}

async function start(knex: Knex) {
  const { boats, plugin } = createBoats();
  const { server } = await startTestBackend({
    features: [
      plugin,
      auditPlugin,
      redactionsServiceFactory,
      recordingAuditorServiceFactory,
      mockServices.database.factory({ knex }),
    ],
  });
  const sam = mockCredentials.user.header('user:default/sam');
  return {
    boats,
    launch: () =>
      request(server).post('/api/boats/launch').set('authorization', sam),
    list: async (): Promise<AuditEvent[]> =>
      (await request(server).get('/api/audit/events').set('authorization', sam))
        .body.items,
  };
}

describe('the audit trail of the portal', () => {
  it('holds what every plugin does, before and after it', async () => {
    const { launch, list } = await start(await databases.init('POSTGRES_18'));
    expect((await launch()).status).toBe(201);
    const items = await list();
    expect(items.map(({ outcome }) => outcome)).toEqual([
      'succeeded',
      'initiated',
    ]);
    expect(items[0]).toMatchObject({
      plugin: 'boats',
      event: 'boat-launch',
      actor: { ref: 'user:default/sam' },
      subject: 'boat-7',
      meta: { password: '[redacted]' },
      request: { method: 'POST', path: '/api/boats/launch' },
      operation: items[1].operation,
    });
  });

  it('refuses changes while it cannot be written, and takes them again by itself', async () => {
    const knex = await databases.init('POSTGRES_18');
    const { boats, launch, list } = await start(knex);
    await launch();
    await knex.raw(
      `ALTER FUNCTION slipway_audit.append(text[]) RENAME TO append_away`,
    );
    const refused = await launch();
    expect([refused.status, refused.body.error.message]).toEqual([
      503,
      expect.stringMatching(/audit trail now, and so it is not done/),
    ]);
    expect(boats.launched).toBe(1);
    await knex.raw(
      `ALTER FUNCTION slipway_audit.append_away(text[]) RENAME TO append`,
    );
    expect((await launch()).status).toBe(201);
    expect(boats.launched).toBe(2);
    // That something was refused is in the trail as well.
    expect((await list()).map(({ outcome }) => outcome).sort()).toEqual([
      'failed',
      'initiated',
      'initiated',
      'succeeded',
      'succeeded',
    ]);
  });
});
