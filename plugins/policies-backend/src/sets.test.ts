import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { PolicyProblem } from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import { createFolder, policyText } from './__testUtils__/folders';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';

jest.setTimeout(120_000);

const request = {
  kind: 'DatabaseRequest',
  operation: 'create',
  object: { name: 'orders', environment: 'production', owner: 'team-orders' },
};

describe('sets in force', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const plugins: Plugin[] = [];
  let folder: Awaited<ReturnType<typeof createFolder>>;
  let knex: Knex;
  let approvalsKnex: Knex;

  const replica = async (at = folder.path, config = {}) => {
    const plugin = await startPlugin({
      knex,
      approvalsKnex,
      folder: at,
      config,
    });
    plugins.push(plugin);
    return plugin;
  };
  const start = async (files: Record<string, string>) => {
    folder = await createFolder(files);
    [knex, approvalsKnex] = await Promise.all([
      databases.init('POSTGRES_18'),
      databases.init('POSTGRES_18'),
    ]);
    return replica();
  };
  const evaluate = (plugin: Plugin, object: object = {}) =>
    plugin.as('sam').post('/evaluate', {
      ...request,
      object: { ...request.object, ...object },
    });

  afterEach(async () => {
    await Promise.all(plugins.splice(0).map(plugin => plugin.stop()));
    await folder.remove();
  });

  it('answers by the set in force, with the rule, the field, the reason and how to comply', async () => {
    const plugin = await start({
      'a.yaml': policyText(),
      'cases.yaml': 'not a policy',
    });
    const { body, status } = await evaluate(plugin);
    expect([status, body]).toEqual([
      200,
      {
        allowed: false,
        digest: expect.stringMatching(/^sha256:/),
        findings: [
          expect.objectContaining({
            policy: 'encrypted',
            title: 'Encryption',
            field: 'encrypted',
            message: 'It is not encrypted.',
            reason: 'Disks are lost.',
            comply: 'Turn encryption on.',
          }),
        ],
      },
    ]);
    expect((await evaluate(plugin, { encrypted: true })).body).toEqual({
      allowed: true,
      digest: body.digest,
      findings: [],
    });
    const list = (await plugin.as('sam').get('/policies')).body;
    expect(list).toEqual({
      digest: body.digest,
      items: [
        expect.objectContaining({
          name: 'encrypted',
          kinds: ['DatabaseRequest'],
          comply: 'Turn encryption on.',
          file: expect.stringMatching(/a\.yaml$/),
        }),
      ],
    });
    const one = (await plugin.as('sam').get('/policies/encrypted')).body;
    expect(one.document.spec.validations[0].field).toBe('encrypted');
    expect((await plugin.as('sam').get('/policies/other')).status).toBe(404);
  });

  it('takes a change up on all replicas, and keeps the last good set when something is wrong', async () => {
    const plugin = await start({ 'a.yaml': policyText() });
    const other = await replica();
    const before = (await plugin.as('sam').get('/state')).body;
    expect(before).toMatchObject({
      policies: 1,
      problems: [],
      waivers: { longestDays: 90, approvers: 'group:default/platform-team' },
    });

    await folder.write('a.yaml', policyText({ mode: 'warn' }));
    await plugin.run('locations');
    for (const each of [plugin, other]) {
      const { allowed, digest } = (await evaluate(each)).body;
      expect(allowed).toBe(true);
      expect(digest).not.toBe(before.digest);
    }
    const good = (await plugin.as('sam').get('/state')).body;

    // Each of these leaves it in force, and says what is wrong and where.
    for (const [file, text, problem] of [
      ['b.yaml', policyText(), /another policy "encrypted"/],
      ['b.yaml', 'a: [', /b\.yaml/],
      [
        'b.yaml',
        policyText({ name: 'b' }).replace('has(object.encrypted)', 'object.x'),
        /no field "x"/,
      ],
      [
        'b.yaml',
        `a: &a [x, x]\nb: &b [${Array(9).fill('*a')}]\nc: [${Array(9).fill('*b')}]`,
        /Anchors/,
      ],
      ['b.yaml', '#'.repeat(200_001), /200001 bytes/],
    ] as const) {
      await folder.write(file, text);
      await plugin.run('locations');
      const state = (await plugin.as('sam').get('/state')).body;
      expect(
        state.problems
          .map((each: PolicyProblem) => `${each.file} ${each.message}`)
          .join(),
      ).toMatch(problem);
      expect(state.problems[0]).toEqual({
        file: expect.any(String),
        line: expect.any(Number),
        column: expect.any(Number),
        message: expect.any(String),
      });
      expect(state).toMatchObject({ digest: good.digest, since: good.since });
      expect((await evaluate(other)).body.allowed).toBe(true);
    }

    // The platform team is told once of the same.
    const told = plugin.notifications.length;
    expect(told).toBe(5);
    await plugin.run('locations');
    expect(plugin.notifications).toHaveLength(told);
    expect(plugin.notifications[0]).toMatchObject({
      recipients: { entityRef: ['group:default/platform-team'] },
    });

    await folder.remove('b.yaml');
    await plugin.run('locations');
    expect((await plugin.as('sam').get('/state')).body.problems).toEqual([]);
  });

  it('says where the set is read from when the same comes from elsewhere, on all replicas', async () => {
    const first = await start({ 'a.yaml': policyText() });
    const elsewhere = await createFolder({ 'b.yaml': policyText() });
    const fileOn = async (plugin: Plugin) =>
      (await plugin.as('sam').get('/policies/encrypted')).body.file;
    expect(await fileOn(first)).toBe(path.join(folder.path, 'a.yaml'));
    const digest = async () =>
      (await first.as('sam').get('/state')).body.digest;
    const before = await digest();
    const moved = await replica(elsewhere.path);
    await moved.run('locations');
    for (const plugin of [first, moved]) {
      expect(await fileOn(plugin)).toBe(path.join(elsewhere.path, 'b.yaml'));
    }
    expect(await digest()).toBe(before);
    await elsewhere.remove();
  });

  it('tells what is wrong in each file, however much is wrong in one', async () => {
    const plugin = await start({ 'a.yaml': policyText() });
    const keys = Array.from({ length: 1_000 }, (_, i) => `x${i}: 1`);
    await folder.write('b.yaml', keys.join('\n'));
    await folder.write('c.yaml', policyText());
    await plugin.run('locations');
    const { problems } = (await plugin.as('sam').get('/state')).body;
    // A few of the one, and what is wrong with the other.
    expect(problems.length).toBeGreaterThan(10);
    expect(problems.length).toBeLessThanOrEqual(100);
    expect(problems.at(-1)).toMatchObject({
      file: expect.stringMatching(/c\.yaml$/),
      message: expect.stringContaining('another policy "encrypted"'),
    });
  });

  it('names the location of a file with what is wrong in it', async () => {
    const plugin = await start({ 'a.yaml': policyText() });
    const targets = ['ours', 'theirs'].map(each =>
      path.join(folder.path, each, 'policies'),
    );
    for (const target of targets) await mkdir(target, { recursive: true });
    await folder.write('ours/policies/a.yaml', policyText());
    await folder.write('theirs/policies/a.yaml', 'apiVersion: none');
    await plugin.stop();
    const both = await replica(folder.path, {
      locations: targets.map(target => ({ type: 'file', target })),
    });
    await both.run('locations');
    const { problems } = (await both.as('sam').get('/state')).body;
    expect(problems[0].file).toBe(`${targets[1]}/a.yaml`);
  });

  it.each([
    ['the folder is gone', () => folder.remove()],
    ['it is emptied', () => folder.remove('a.yaml')],
  ])('stays in force when %s', async (_, lose) => {
    const plugin = await start({ 'a.yaml': policyText() });
    await lose();
    await plugin.run('locations');
    const state = (await plugin.as('sam').get('/state')).body;
    expect(state.problems).toHaveLength(1);
    expect((await evaluate(plugin)).body.allowed).toBe(false);
    // One that starts now has it, too.
    expect((await evaluate(await replica())).body.allowed).toBe(false);
  });

  it('allows nothing before a set was ever in force', async () => {
    const plugin = await start({ 'a.yaml': 'nonsense' });
    const { status, body } = await evaluate(plugin);
    expect([status, body.error.message]).toEqual([
      503,
      expect.stringMatching(
        /No policies are in force.*Ask group:default\/platform-team/,
      ),
    ]);
    await expect(
      plugin.policies().enforce(request as never),
    ).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('No policies are in force'),
    });
    await folder.write('a.yaml', policyText());
    await plugin.run('locations');
    expect((await evaluate(plugin)).status).toBe(200);
  });

  it('allows nothing while Postgres cannot say which set is in force', async () => {
    const plugin = await start({ 'a.yaml': policyText() });
    expect((await evaluate(plugin, { encrypted: true })).status).toBe(200);
    await knex.schema.renameTable('policy_state', 'away');
    const { status, body } = await evaluate(plugin, { encrypted: true });
    expect([status, body.error.message]).toEqual([
      503,
      expect.stringMatching(/cannot be read now, and nothing is allowed/),
    ]);
    await knex.schema.renameTable('away', 'policy_state');
    expect((await evaluate(plugin, { encrypted: true })).status).toBe(200);
  });

  it('allows nothing when this version cannot read the set in force, and does not try again for each request', async () => {
    await start({ 'a.yaml': policyText() });
    // As an older version may have left it.
    await knex('policy_sets').update({
      files: JSON.stringify([
        {
          location: 'l',
          file: 'a.yaml',
          text: policyText().replace('kind: Policy', 'kind: Rule'),
        },
      ]),
    });
    const plugin = await replica();
    let reads = 0;
    knex.on('query', ({ sql }: { sql: string }) => {
      reads += /select .* from "policy_sets"/.test(sql) ? 1 : 0;
    });
    for (let i = 0; i < 3; i++) {
      const { body, status } = await evaluate(plugin);
      expect([status, body.error.message]).toEqual([
        503,
        expect.stringMatching(
          /^The policies in force cannot be read by this version of Slipway, and nothing is allowed without\. Ask /,
        ),
      ]);
    }
    expect(reads).toBe(1);
  });

  it('counts a large question as several of those that one may ask in a minute', async () => {
    const plugin = await start({ 'a.yaml': policyText() });
    const many = Array.from({ length: 95 }, () => 'x'.repeat(10_000));
    const large = { many, more: many };
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) {
      statuses.push((await evaluate(plugin, large)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
  });

  it('refuses for other plugins with what a form needs', async () => {
    const plugin = await start({
      'a.yaml': policyText(),
      'b.yaml': policyText({ name: 'hint', mode: 'warn' }),
    });
    await expect(
      plugin.policies().enforce(request as never),
    ).rejects.toMatchObject({
      name: 'NotAllowedError',
      message:
        'Encryption (encrypted): It is not encrypted. Disks are lost. Turn encryption on.',
      findings: [expect.objectContaining({ policy: 'encrypted' })],
    });
    const { version, kinds } = await plugin.policies().version();
    expect(kinds).toEqual(['DatabaseRequest']);
    expect(version).toMatch(/^sha256:[0-9a-f]+\/$/);
  });

  it('asks about the template that the catalog has', async () => {
    const plugin = await start({
      'a.yaml': policyText({
        rest: `  match: { kinds: [TemplateTask] }
  validations:
    - expression: has(object.template) && object.template.spec.lifecycle != 'deprecated'
      message: It is deprecated.
`,
      }),
    });
    const ask = async (name: string) =>
      (
        await plugin.as('sam').post('/evaluate', {
          kind: 'TemplateTask',
          object: { templateRef: `template:default/${name}`, parameters: {} },
        })
      ).body.allowed;
    plugin.entities.push(
      ...['production', 'deprecated'].map(lifecycle => ({
        apiVersion: 'scaffolder.backstage.io/v1beta3',
        kind: 'Template',
        metadata: { name: lifecycle, namespace: 'default' },
        spec: { lifecycle },
      })),
    );
    expect(await ask('production')).toBe(true);
    expect(await ask('deprecated')).toBe(false);
    expect(await ask('none')).toBe(false);
  });

  it('knows who asks, whatever a person says', async () => {
    const plugin = await start({
      'a.yaml': policyText({
        rest: `  match: { kinds: ['*'] }
  validations:
    - expression: request.user.ref == 'user:default/nora' && 'group:default/platform-team' in request.user.groups && request.agent == ''
      message: Only Nora.
`,
      }),
    });
    const ask = (by: ReturnType<Plugin['as']>, user?: object) =>
      by.post('/evaluate', { ...request, ...(user && { user }) });
    const nora = {
      ref: 'user:default/nora',
      groups: ['group:default/platform-team'],
    };
    expect((await ask(plugin.as('nora'))).body.allowed).toBe(true);
    expect((await ask(plugin.as('sam'), nora)).body.allowed).toBe(false);
    expect((await ask(plugin.onBehalfOf('nora'))).body.allowed).toBe(false);
    expect((await ask(plugin.service(), nora)).body.allowed).toBe(true);
  });

  it('tells of what is only noted to those who may read compliance, and to other plugins', async () => {
    const plugin = await start({
      'a.yaml': policyText({ mode: 'audit' }),
      'b.yaml': policyText({ name: 'hint', mode: 'warn' }),
    });
    const seen = async (by: ReturnType<Plugin['as']>) =>
      (await by.post('/evaluate', request)).body.findings.map(
        (each: { policy: string }) => each.policy,
      );
    expect(await seen(plugin.as('sam'))).toEqual(['encrypted', 'hint']);
    expect(await seen(plugin.as('nora'))).toEqual(['encrypted', 'hint']);
    expect(await seen(plugin.service())).toEqual(['encrypted', 'hint']);
    plugin.takeAway('policies.violation.read');
    expect(await seen(plugin.as('sam'))).toEqual(['hint']);
    expect(await seen(plugin.onBehalfOf('sam'))).toEqual(['hint']);
    // Administrators.
    expect(await seen(plugin.as('nora'))).toEqual(['encrypted', 'hint']);
    const action = await plugin.invoke('sam', 'evaluate', {
      kind: request.kind,
      object: request.object,
    });
    expect(
      action.findings.map((each: { policy: string }) => each.policy),
    ).toEqual(['hint']);
  });

  it.each([
    [{}, /kind is missing/],
    [{ kind: 'DatabaseRequest' }, /object must be given as a map/],
    [{ ...request, operation: 'burn' }, /operation is not known/],
    [{ ...request, extra: 1 }, /extra/],
    [{ ...request, name: 'a\0b' }, /body\.name holds a character/],
  ])('refuses %j with the field', async (body, why) => {
    const plugin = await start({ 'a.yaml': policyText() });
    const answer = await plugin.as('sam').post('/evaluate', body);
    expect([answer.status, answer.body.error.message]).toEqual([
      400,
      expect.stringMatching(why),
    ]);
  });
});
