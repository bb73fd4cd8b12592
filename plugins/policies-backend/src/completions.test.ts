import { createBackendModule } from '@backstage/backend-plugin-api';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { PolicyRequest } from '@slipway/plugin-policies-common';
import { policyRequestsExtensionPoint } from '@slipway/plugin-policies-node';
import { createFolder, policyText } from './__testUtils__/folders';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';

jest.setTimeout(120_000);

describe('what completes requests', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const question = {
    kind: 'DatabaseRequest',
    operation: 'create' as const,
    object: { name: 'orders', environment: 'production' },
  };
  let folder: Awaited<ReturnType<typeof createFolder>>;
  let plugin: Plugin;
  let complete: (request: PolicyRequest) => Promise<PolicyRequest>;

  beforeAll(async () => {
    folder = await createFolder({ 'a.yaml': policyText() });
    plugin = await startPlugin({
      knex: await databases.init('POSTGRES_18'),
      approvalsKnex: await databases.init('POSTGRES_18'),
      folder: folder.path,
      features: [
        createBackendModule({
          pluginId: 'policies',
          moduleId: 'completions',
          register(reg) {
            reg.registerInit({
              deps: { requests: policyRequestsExtensionPoint },
              async init({ requests }) {
                requests.addCompletion({
                  kind: 'DatabaseRequest',
                  complete: request => complete(request),
                  notes: async () => [{ message: 'It waits.' }],
                });
                requests.addForesight({
                  kind: 'TemplateTask',
                  foresee: async ({ object: { name } }) => ({
                    requests: [
                      {
                        ...question,
                        object: { ...question.object, name: name! },
                      },
                    ],
                    notes: [],
                  }),
                });
              },
            });
          },
        }),
      ],
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await folder.remove();
  });

  const encrypted = async (request: PolicyRequest) => ({
    ...request,
    object: { ...request.object, encrypted: true },
  });

  it('fills in what people ask, and not what plugins say', async () => {
    complete = encrypted;
    const { status, body } = await plugin.as('sam').post('/evaluate', question);
    expect([status, body.allowed]).toEqual([200, true]);
    const answer = await plugin.invoke('sam', 'evaluate', question);
    expect(answer.allowed).toBe(true);
    expect((await plugin.policies().evaluate(question)).allowed).toBe(false);
  });

  it('leaves what it has not found out unanswered, and so not allowed', async () => {
    complete = async () => {
      throw new Error('Nobody is there, at an address of inside');
    };
    const { status, body } = await plugin.as('sam').post('/evaluate', question);
    expect([status, body.error.message]).toEqual([
      503,
      expect.stringMatching(/cannot be found out now.*Try again in a minute/),
    ]);
    await expect(plugin.invoke('sam', 'evaluate', question)).rejects.toThrow(
      /cannot be found out now/,
    );
  });

  it('answers for what comes of a request in one, for people and plugins alike', async () => {
    complete = async request => request;
    const task = {
      kind: 'TemplateTask',
      operation: 'create' as const,
      object: { name: 'orders' },
    };
    const expected = {
      allowed: false,
      findings: [
        {
          policy: 'encrypted',
          about: {
            kind: 'DatabaseRequest',
            name: 'orders',
            environment: 'production',
          },
        },
      ],
      notes: [{ message: 'It waits.', about: { name: 'orders' } }],
    };
    const { body } = await plugin.as('sam').post('/evaluate', task);
    expect(body).toMatchObject(expected);
    expect(await plugin.invoke('sam', 'evaluate', task)).toMatchObject(
      expected,
    );
    expect(await plugin.policies().evaluate(task)).toMatchObject(expected);

    complete = encrypted;
    expect(await plugin.policies().evaluate(task)).toMatchObject({
      allowed: true,
      findings: [],
    });
    complete = async () => {
      throw new Error('Nobody is there');
    };
    await expect(plugin.policies().evaluate(task)).rejects.toThrow(
      /cannot be found out now/,
    );
  });
});
