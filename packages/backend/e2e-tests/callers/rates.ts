import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { people } from './configuration.ts';
import { changed } from './Tables.ts';
import { withAgent } from './withAgent.ts';
import type { World } from './World.ts';

/** What one person may ask for in a minute. Whether they may at all is looked at later, or nothing would slow a guess. */
const limits: {
  what: string;
  who: keyof typeof people;
  plugin: string;
  method: string;
  path(world: World): string;
  body?: object;
  limit: number;
}[] = [
  {
    what: 'passwords of databases',
    who: 'stranger',
    plugin: 'databases',
    method: 'POST',
    path: ({ made }) => `/databases/${made.database}/personal-logins`,
    body: {},
    limit: 10,
  },
  {
    what: 'changes of databases',
    who: 'stranger',
    plugin: 'databases',
    method: 'POST',
    path: ({ made }) => `/databases/${made.database}/retry`,
    body: {},
    limit: 60,
  },
  {
    what: 'links of mails',
    who: 'stranger',
    plugin: 'approvals',
    method: 'POST',
    path: () => '/answer-links/open',
    body: { token: 'a'.repeat(43) },
    limit: 20,
  },
  {
    what: 'changes of approvals',
    who: 'stranger',
    plugin: 'approvals',
    method: 'PUT',
    path: ({ made }) => `/approvals/${made.toVote}/vote`,
    body: { answer: 'approve' },
    limit: 60,
  },
  {
    what: 'exports of the audit trail',
    who: 'administrator',
    plugin: 'audit',
    method: 'GET',
    path: () => '/export?from=2100-01-01',
    limit: 6,
  },
];

/** What an agent may ask for in a minute. None of these can be done, and they count all the same. */
const limitsOfAgents = [
  {
    what: 'orders of databases',
    tool: 'databases.order-database',
    input: {
      idempotencyKey: 'mcp-too-many',
      name: 'Not A Name',
      engine: 'postgres',
      size: 'small',
      environment: 'development',
      owner: 'team-orders',
    },
    limit: 60,
    says: 'NotAllowedError: More than 60 changes in a minute. Wait a little.',
  },
  {
    what: 'starts of templates',
    tool: 'scaffolder.execute-template',
    input: { templateRef: 'template:default/service', values: {} },
    limit: 30,
    says: 'NotAllowedError: More than 30 starts of templates in a minute. Wait a little.',
  },
];

/** Who asks for too much is slowed down. To be the last: the people it uses are slow after it. */
export function rateTests(getWorld: () => World): void {
  test('what was begun has ended', () => getWorld().quiet(4));

  for (const { what, who, plugin, method, path, body, limit } of limits) {
    test(`nobody gets more than ${limit} ${what} in a minute`, async () => {
      const world = getWorld();
      const token = world.person(who);
      const sent = { method, path: path(world), body };
      const before = await world.tables.hashes();
      let slowed;
      // Some were asked for by the tests before.
      for (let count = 0; count <= limit && !slowed; count += 1) {
        const answer = await world.send(plugin, sent, token);
        slowed = answer.status === 429 ? answer : undefined;
      }
      assert.ok(slowed, `${limit} were answered`);
      const wait = Number(slowed.headers.get('retry-after'));
      assert.ok(wait > 0 && wait <= 60, `wait ${wait} s`);
      assert.match(slowed.json().error.message, /in a minute\. Wait a little/);
      assert.deepEqual(changed(before, await world.tables.hashes()), []);
      // Somebody else is not held up; another token of the same person is no way around it.
      const other = who === 'stranger' ? 'owner' : 'leaver';
      const others = await world.send(plugin, sent, world.person(other));
      assert.notEqual(others.status, 429);
      const again = world.tokens.issue(who, 60);
      // What the tests before asked for may be forgotten by now, a few at a time.
      let status = 0;
      for (let tries = 0; tries <= limit && status !== 429; tries += 1) {
        ({ status } = await world.send(plugin, sent, again.token));
      }
      assert.equal(status, 429);
    });
  }

  for (const { what, tool, input, limit, says } of limitsOfAgents) {
    test(`an agent is told that it gets no more than ${limit} ${what} in a minute`, async () => {
      const answers = await withAgent(getWorld(), 'administrator', call =>
        Promise.all(Array.from({ length: limit + 1 }, () => call(tool, input))),
      );
      // An error of the tool: an internal one would have thrown.
      assert.ok(answers.every(({ isError }) => isError));
      const texts = answers.map(({ content: [{ text }] }) => text);
      assert.ok(texts.includes(says), [...new Set(texts)].join('\n'));
    });
  }
}
