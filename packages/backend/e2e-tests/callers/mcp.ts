import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed } from './Tables.ts';
import { withAgent, type AgentWork } from './withAgent.ts';
import type { World } from './World.ts';

/** An agent, by its own protocol: what it may do it does, and a refusal tells it which rule, which field, why, and how to comply. */
export function mcpTests(getWorld: () => World): void {
  const withClient = <T>(work: AgentWork<T>) =>
    withAgent(getWorld(), 'owner', work);

  const order = (more: object) => ({
    idempotencyKey: `mcp-${JSON.stringify(more)}`,
    name: 'of-an-agent',
    engine: 'postgres',
    size: 'small',
    environment: 'development',
    owner: 'team-orders',
    ...more,
  });

  const refusals: {
    what: string;
    tool: string;
    input: object;
    /** All of them are in the answer. */
    says: RegExp[];
  }[] = [
    {
      what: 'a template for a group of others',
      tool: 'scaffolder.execute-template',
      input: {
        templateRef: 'template:default/service',
        values: { name: 'of-an-agent', owner: 'team-payments' },
      },
      says: [
        /^NotAllowedError: /,
        /Who starts which template \(parameters\.owner\)/,
        /You are not in group:default\/team-payments, which would own this/,
        /Who gets something to look after should know of it/,
        /Choose one of your own groups/,
      ],
    },
    {
      what: 'a template without what it asks for',
      tool: 'scaffolder.execute-template',
      input: { templateRef: 'template:default/service', values: {} },
      says: [/^InputError: /, /requires property "name"/],
    },
    {
      what: 'a database that is too big for its environment',
      tool: 'databases.order-database',
      input: order({ size: 'large' }),
      says: [
        /^NotAllowedError: /,
        /Cost of databases \(size\)/,
        /In development a database may be small or medium, not large/,
        /What is only tried out should not cost what production costs/,
        /Choose a smaller size, or another environment/,
      ],
    },
    {
      what: 'a database of a group of others',
      tool: 'databases.order-database',
      input: order({ owner: 'team-payments' }),
      says: [
        /^NotAllowedError: /,
        /owner group:default\/team-payments is not a group of yours/,
      ],
    },
    {
      what: 'a database with a name that cannot be',
      tool: 'databases.order-database',
      input: order({ name: 'Not A Name' }),
      says: [/^InputError: /, /name/],
    },
  ];

  for (const { what, tool, input, says } of refusals) {
    test(`an agent is told why it is refused ${what}, and nothing has changed`, async () => {
      const world = getWorld();
      const before = await world.tables.hashes();
      const answer = await withClient(call => call(tool, input));
      assert.equal(answer.isError, true, JSON.stringify(answer));
      const [{ text }] = answer.content;
      for (const words of says) {
        assert.match(text, words);
      }
      assert.deepEqual(changed(before, await world.tables.hashes()), []);
    });
  }

  test('an agent may look, and sees what its person sees', async () => {
    const { tools, me } = await withClient(async (call, client) => ({
      tools: (await client.listTools()).tools,
      me: await call('databases.list-databases', {}),
    }));
    const names = tools.map(({ name }) => name);
    for (const name of [
      'databases.order-database',
      'approvals.list-approvals',
    ]) {
      assert.ok(names.includes(name), names.join());
    }
    assert.ok(!me.isError, JSON.stringify(me));
    assert.match(me.content[0].text, /team-orders/);
  });
}
