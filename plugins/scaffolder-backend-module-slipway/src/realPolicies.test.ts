import { mockCredentials } from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import { templateTaskRequest } from '@slipway/plugin-policies-common';
import { setUpGoldenPath } from './__testUtils__/setUpGoldenPath';

jest.setTimeout(120_000);

const policy = (name: string, mode: string, expression: string) => `
apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: ${name}, title: Names, description: For a test. }
spec:
  owner: platform-team
  mode: ${mode}
  reason: Because.
  comply: Do otherwise.
  match: { kinds: [TemplateTask] }
  validations:
    - expression: ${JSON.stringify(expression)}
      field: parameters.name
      message: It is wrong.
`;

describe('the real policies and template tasks', () => {
  const path = setUpGoldenPath({
    policies: {
      'deny.yaml': policy(
        'denied',
        'deny',
        "object.template.metadata.name == 'typescript-service' && !object.parameters.name.startsWith('refused') && 'group:default/team-orders' in request.user.groups",
      ),
      'warn.yaml': policy(
        'warned',
        'warn',
        "!object.parameters.name.startsWith('odd')",
      ),
      'size.yaml': `
apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: sizes, title: Sizes, description: For a test. }
spec:
  owner: platform-team
  mode: deny
  reason: Because.
  comply: Take a smaller one.
  match: { kinds: [DatabaseRequest] }
  validations:
    - expression: object.size != 'large'
      field: size
      message: It is too large.
`,
      'audit.yaml': policy('noted', 'audit', "object.parameters.name == ''"),
    },
  });
  const start = (name: string, user?: string, more?: object) =>
    path.portal.call(
      'POST',
      '/api/scaffolder/v2/tasks',
      {
        templateRef: 'template:default/typescript-service',
        values: path.values(name, more),
        secrets: { USER_OAUTH_TOKEN: 'nora-token' },
      },
      user,
    );
  const tasks = async () =>
    (await path.portal.call('GET', '/api/scaffolder/v2/tasks')).body.tasks
      .length;
  /** What a form asks. */
  const evaluate = async (name: string, more?: object) =>
    (
      await path.portal.call('POST', '/api/policies/evaluate', {
        kind: 'TemplateTask',
        object: {
          templateRef: 'template:default/typescript-service',
          parameters: path.values(name, more),
        },
      })
    ).body;

  it('refuse as in the form, and no task is made', async () => {
    const before = await tasks();
    const { status, body } = await start('refused');
    expect([status, body.error.message]).toEqual([
      403,
      'Names (parameters.name): It is wrong. Because. Do otherwise.',
    ]);
    const asked = await evaluate('refused');
    expect(asked.allowed).toBe(false);
    expect(body.error.findings).toEqual(
      asked.findings.filter(({ mode }: { mode: string }) => mode === 'deny'),
    );
    // Of another group.
    expect((await start('fine', 'user:default/ines')).status).toBe(403);
    expect(await tasks()).toBe(before);
  });

  it('warn in the answer and in the log of the task, as in the form', async () => {
    const { status, body } = await start('odd');
    const asked = await evaluate('odd');
    expect([status, asked.allowed]).toEqual([201, true]);
    expect(body.warnings).toEqual(
      asked.findings.filter(({ mode }: { mode: string }) => mode === 'warn'),
    );
    expect(body.warnings).toHaveLength(1);
    await path.portal.taskEnd(body.id);
    // What the page of the task shows for its first step, and what the scaffolder's actions give agents.
    const events = await path.portal.call(
      'GET',
      `/api/scaffolder/v2/tasks/${body.id}/events`,
    );
    const steps = (
      await path.portal.call('GET', `/api/scaffolder/v2/tasks/${body.id}`)
    ).body.spec.steps;
    const warned = events.body.filter((event: { body: { message: string } }) =>
      event.body.message.startsWith('A policy warns:'),
    );
    expect(warned).toEqual([
      expect.objectContaining({
        type: 'log',
        body: {
          stepId: steps[0].id,
          message:
            'A policy warns: Names (parameters.name): It is wrong. Because. Do otherwise.',
        },
      }),
    ]);
    const fine = await start('fine');
    expect([fine.status, fine.body]).toEqual([201, { id: expect.any(String) }]);
    await path.portal.taskEnd(fine.body.id);
  });

  it('are waived when it starts by what was asked for in the form, for that thing only', async () => {
    const asked = templateTaskRequest({
      templateRef: 'template:default/typescript-service',
      parameters: path.values('refused-once') as unknown as JsonObject,
    });
    const evaluated = async () =>
      (await path.portal.call('POST', '/api/policies/evaluate', asked)).body
        .allowed;
    expect([await evaluated(), (await start('refused-once')).status]).toEqual([
      false,
      403,
    ]);
    // As the form's "Ask for a waiver" has it.
    const response = await fetch(
      `${path.portal.baseUrl}/api/policies/waivers`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${mockCredentials.user.token()}`,
          'content-type': 'application/json',
          'idempotency-key': 'a-key-of-its-own',
        },
        body: JSON.stringify({
          policy: 'denied',
          field: 'parameters.name',
          scope: {
            kind: asked.kind,
            name: asked.name,
            owner: 'group:default/team-orders',
          },
          owner: 'group:default/team-orders',
          reason: 'It is called so everywhere else.',
          expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
        }),
      },
    );
    expect(response.status).toBe(201);
    // As when it is approved; the plugin that asks for that is not here.
    const asItWasAsked =
      'policy, policy_title, policy_digest, field, scope_kind, scope_name, scope_owner, scope_entity_ref, scope_environment, owner, reason, requester, created_at, expires_at, approval_digest';
    await path.portal.knex.raw(
      `INSERT INTO policies.policy_waivers (id, granted_at, ${asItWasAsked})
        SELECT gen_random_uuid(), now(), ${asItWasAsked} FROM policies.policy_waivers WHERE id = ?`,
      [(await response.json()).id],
    );
    const { status, body } = await start('refused-once');
    expect([await evaluated(), status]).toEqual([true, 201]);
    expect(body.warnings).toEqual([
      expect.objectContaining({ waivedBy: expect.anything() }),
    ]);
    await path.portal.taskEnd(body.id);
    expect((await start('refused-twice')).status).toBe(403);
  });

  it('refuse before anything is made what they would refuse the database that it orders, as in the form', async () => {
    const before = await tasks();
    const large = { databaseSize: 'large' };
    const { status, body } = await start('huge', undefined, large);
    expect([status, body.error.message]).toEqual([
      403,
      'Sizes (Database huge-db of team-orders in development, size): It is too large. Because. Take a smaller one.',
    ]);
    const asked = await evaluate('huge', large);
    expect(asked.allowed).toBe(false);
    expect(asked.findings).toEqual(expect.arrayContaining(body.error.findings));
    expect(await tasks()).toBe(before);
    expect((await evaluate('huge')).allowed).toBe(true);
  });

  it('are told with what else becomes of the database: it waits for approval, or is beyond a quota', async () => {
    const before = await tasks();
    const about = expect.objectContaining({ name: 'wide-db' });
    expect((await evaluate('wide', { databaseSize: 'medium' })).notes).toEqual([
      {
        message: 'It waits for approval by 1 of group:default/platform-team.',
        about,
      },
    ]);
    path.databasesPlugin.quota = { databases: { used: 1, limit: 1 } };
    const { notes } = await evaluate('wide');
    const { status, body } = await start('wide');
    path.databasesPlugin.quota = undefined;
    expect(notes).toEqual([
      { message: expect.stringMatching(/^It is beyond/), refuses: true, about },
    ]);
    expect([status, body.error.message]).toEqual([
      409,
      `Database wide-db of team-orders in development: ${notes[0].message}`,
    ]);
    expect(await tasks()).toBe(before);
  });

  it('say at once what they can never judge, and not to try again', async () => {
    const before = await tasks();
    const nested = (depth: number): object =>
      depth ? { a: nested(depth - 1) } : {};
    const { status, body } = await path.portal.call(
      'POST',
      '/api/scaffolder/v2/tasks',
      {
        templateRef: 'template:default/typescript-service',
        values: { ...path.values('fine'), extra: nested(60) },
      },
    );
    expect([status, body.error.name, body.error.message]).toEqual([
      400,
      'InputError',
      expect.stringMatching(/^Policies cannot judge this.*nested/),
    ]);
    expect(await tasks()).toBe(before);
  });

  it('are asked so often by one person in a minute, and no more', async () => {
    const before = await tasks();
    const answers = [];
    for (let i = 0; i < 31; i++) {
      answers.push((await start('refused', 'user:default/ines')).status);
    }
    expect(new Set(answers)).toEqual(new Set([403, 429]));
    // Others are not held up.
    expect((await start('refused')).status).toBe(403);
    expect(await tasks()).toBe(before);
  });

  it('allow nothing while they cannot be asked', async () => {
    const before = await tasks();
    await path.portal.knex.raw(
      'ALTER TABLE policies.policy_state RENAME TO away',
    );
    const { status, body } = await start('fine');
    await path.portal.knex.raw(
      'ALTER TABLE policies.away RENAME TO policy_state',
    );
    expect([status, body.error.message]).toEqual([
      503,
      expect.stringContaining('nothing is allowed without'),
    ]);
    expect(await tasks()).toBe(before);
  });
});
