import {
  connect,
  RedisHarness,
  startHarness,
} from './__testUtils__/startHarness';
import { context, grant, outcomeOf, provision } from './__testUtils__/tenants';
import { personalLoginName } from './identifiers';

// Real servers on a busy machine take their time.
jest.setTimeout(60_000);

describe('isolation on a shared Redis', () => {
  let harness: RedisHarness;

  beforeAll(async () => {
    harness = await startHarness();
  }, 60_000);

  afterAll(() => harness?.stop(), 60_000);

  /** Two tenants, of whom the second has something to lose. */
  async function twoTenants() {
    const mine = await provision(harness);
    const theirs = await provision(harness, 'payments-db');
    const victim = await connect(theirs.login);
    await victim.write('order-1', 'two tents');
    const { client } = await connect(mine.login);
    return {
      mine,
      theirs,
      victim,
      client,
      own: mine.target.externalName,
      other: theirs.target.externalName,
    };
  }

  it('refuses every command on a neighbour’s key, whatever kind it is for', async () => {
    const { client, victim, own, other } = await twoTenants();
    const key = `${other}:order-1`;
    const commands = [
      `GET ${key}`,
      `SET ${key} none`,
      `DEL ${key}`,
      `UNLINK ${key}`,
      `EXISTS ${key}`,
      `TYPE ${key}`,
      `TTL ${key}`,
      `TOUCH ${key}`,
      `EXPIRE ${key} 1`,
      `OBJECT ENCODING ${key}`,
      `MEMORY USAGE ${key}`,
      `STRLEN ${key}`,
      `APPEND ${key} x`,
      `GETEX ${key}`,
      `LCS ${own}:a ${key}`,
      `MGET ${own}:a ${key}`,
      `MSET ${own}:a 1 ${key} 1`,
      `RENAME ${key} ${own}:stolen`,
      `RENAME ${own}:a ${key}`,
      `BITOP OR ${own}:stolen ${key}`,
      `PFMERGE ${own}:stolen ${key}`,
      `PFMERGE ${key}`,
      `PFMERGE ${other}:new`,
      `SUNIONSTORE ${own}:stolen ${key}`,
      `ZUNIONSTORE ${own}:stolen 1 ${key}`,
      `ZRANGESTORE ${own}:stolen ${key} 0 -1`,
      `GEOSEARCHSTORE ${own}:stolen ${key} FROMLONLAT 0 0 BYRADIUS 1 m`,
      `GEORADIUS ${own}:geo 0 0 1 m STORE ${key}`,
      `LMOVE ${key} ${own}:stolen LEFT LEFT`,
      `SMOVE ${key} ${own}:stolen x`,
      `LMPOP 2 ${own}:a ${key} LEFT`,
      `BLPOP ${own}:a ${key} 1`,
      `XREAD STREAMS ${own}:a ${key} 0 0`,
      `XREADGROUP GROUP g c STREAMS ${key} >`,
      `HSCAN ${key} 0`,
      `WATCH ${key}`,
      `SORT ${own}:list BY nosort GET ${other}:*`,
      `SORT_RO ${own}:list BY nosort GET ${other}:*`,
      `COPY ${key} ${own}:stolen`,
      `DUMP ${key}`,
      `RESTORE ${key} 0 x`,
      `MIGRATE 127.0.0.1 1 ${key} 0 1000`,
      'GET slipway:tenants',
      'HGETALL slipway:usage',
      'GET slipway_neighbour:probe',
      // Its name begins with ours, and the colon is missing.
      `GET ${own}`,
      `GET ${own}x:order-1`,
    ];
    expect(await refusals(client, commands)).toEqual(
      commands.map(command => [command, 'refused NOPERM']),
    );
    expect(await victim.read('order-1')).toBe('two tents');
  });

  it('refuses what shows or touches neighbours although keys are limited', async () => {
    const { client, victim, theirs } = await twoTenants();
    const id = await victim.client.sendCommand<number>(['CLIENT', 'ID']);
    const commands = [
      'KEYS *',
      'SCAN 0',
      'RANDOMKEY',
      'DBSIZE',
      'FLUSHDB',
      'FLUSHALL',
      'SELECT 1',
      'SWAPDB 0 1',
      'MOVE x 1',
      'MONITOR',
      'INFO',
      'LASTSAVE',
      'ROLE',
      'CONFIG GET *',
      'CONFIG SET maxmemory 1',
      'CONFIG REWRITE',
      'ACL LIST',
      'ACL USERS',
      `ACL GETUSER ${theirs.login.username}`,
      `ACL SETUSER ${theirs.login.username} nopass`,
      `ACL DELUSER ${theirs.login.username}`,
      'ACL LOG',
      'ACL LOAD',
      'CLIENT LIST',
      `CLIENT KILL ID ${id}`,
      `CLIENT KILL USER ${theirs.login.username}`,
      `CLIENT UNBLOCK ${id}`,
      'CLIENT PAUSE 1000',
      'CLIENT TRACKING ON BCAST',
      'CLIENT NO-EVICT ON',
      'PUBSUB CHANNELS',
      'PUBSUB NUMSUB x',
      'PUBSUB NUMPAT',
      'EVAL return 0',
      'EVALSHA x 0',
      'SCRIPT LOAD x',
      'SCRIPT FLUSH',
      'SCRIPT KILL',
      'FUNCTION LIST',
      'FUNCTION FLUSH',
      'FCALL f 0',
      'SLOWLOG GET',
      'LATENCY LATEST',
      'MEMORY STATS',
      'MEMORY PURGE',
      'OBJECT HELP',
      'MODULE LIST',
      'CLUSTER INFO',
      'REPLICAOF NO ONE',
      'SYNC',
      'FAILOVER',
      'WAIT 1 1000',
      'SAVE',
      'BGSAVE',
      'BGREWRITEAOF',
      'SHUTDOWN NOSAVE',
      'PFDEBUG GETREG x',
    ];
    expect(await refusals(client, commands)).toEqual(
      commands.map(command => [command, 'refused NOPERM']),
    );
    expect(await victim.isAlive()).toBe(true);
  });

  it('allows no command without a key of one’s own but those about one’s own session', async () => {
    const { client, victim, mine, other } = await twoTenants();
    const all = await harness.admin.sendCommand<Array<[string, number]>>([
      'COMMAND',
    ]);
    expect(all.length).toBeGreaterThan(200);
    const key = `${other}:order-1`;
    const allowed = new Map<string, string[][]>();
    for (const [name, arity] of all) {
      for (const args of fillings(Math.abs(arity) - 1, arity < 0, key)) {
        const reply = await harness.admin
          .sendCommand<string>([
            'ACL',
            'DRYRUN',
            mine.login.username,
            name,
            ...args,
          ])
          .catch(error => error.message);
        if (reply === 'OK') {
          allowed.set(name, [...(allowed.get(name) ?? []), args]);
        }
      }
    }
    const session = [
      'auth',
      'command',
      'discard',
      'echo',
      'exec',
      'hello',
      'multi',
      'ping',
      'punsubscribe',
      'quit',
      'reset',
      'sunsubscribe',
      'time',
      'unsubscribe',
      'unwatch',
    ];
    expect([...allowed.keys()]).toEqual(expect.arrayContaining(session));
    const before = await harness.inventory();
    for (const [name, calls] of allowed) {
      for (const args of session.includes(name) ? [] : calls) {
        // Redis finds no key in them; and they do nothing for want of one.
        expect([
          name,
          args,
          await outcomeOf(client.sendCommand([name, ...args])),
        ]).toEqual([name, args, 'refused ERR']);
      }
    }
    expect(await harness.inventory()).toEqual(before);
    expect(await victim.read('order-1')).toBe('two tents');
  });

  it('keeps channels apart, their names too', async () => {
    const { client, victim, own, other } = await twoTenants();
    const commands = [
      `PUBLISH ${other}:news x`,
      `SPUBLISH ${other}:news x`,
      `SUBSCRIBE ${other}:news`,
      `SSUBSCRIBE ${other}:news`,
      'PSUBSCRIBE *',
      `PSUBSCRIBE ${other}:*`,
      'SUBSCRIBE __keyspace@0__:x',
      'PSUBSCRIBE __key*__:*',
    ];
    expect(await refusals(client, commands)).toEqual(
      commands.map(command => [command, 'refused NOPERM']),
    );
    const heard: string[] = [];
    const listener = client.duplicate();
    listener.on('error', () => {});
    await listener.connect();
    await listener.pSubscribe(`${own}:*`, message => heard.push(message));
    await victim.client.publish(`${other}:news`, 'theirs');
    await client.publish(`${own}:news`, 'mine');
    await client.ping();
    await waitUntil(() => heard.length > 0);
    expect(heard).toEqual(['mine']);
    listener.destroy();
  });

  it('lets applications use what they need, within their own keys', async () => {
    const { client, own } = await twoTenants();
    const commands = [
      `SET ${own}:a 1 EX 100`,
      `INCR ${own}:a`,
      `HSET ${own}:h f v`,
      `HSCAN ${own}:h 0`,
      `LPUSH ${own}:l 1`,
      `BLMOVE ${own}:l ${own}:l2 LEFT LEFT 1`,
      `ZADD ${own}:z 1 a`,
      `XADD ${own}:x * f v`,
      `XGROUP CREATE ${own}:x g 0`,
      `XREADGROUP GROUP g c STREAMS ${own}:x >`,
      `SETBIT ${own}:b 1 1`,
      `PFADD ${own}:p a`,
      `GEOADD ${own}:g 1 1 a`,
      `RENAME ${own}:b ${own}:c`,
      `OBJECT ENCODING ${own}:a`,
      `MEMORY USAGE ${own}:a`,
      `WATCH ${own}:a`,
      'MULTI',
      `SET ${own}:a 2`,
      'EXEC',
      'CLIENT SETNAME shop',
      'ACL WHOAMI',
      'COMMAND COUNT',
      'TIME',
      'RESET',
    ];
    expect(await refusals(client, commands)).toEqual(
      commands.map(command => [command, 'allowed']),
    );
  });

  it('lets a person look with every command that looks, and with none that changes', async () => {
    const { mine, client, own } = await twoTenants();
    await client.set(`${own}:a`, '1');
    const login = await grant(harness, mine.target, 'read-only');
    const person = await connect(login);
    const looking = [`GET ${own}:a`, `TTL ${own}:a`, `HGETALL ${own}:h`];
    expect(await refusals(person.client, looking)).toEqual(
      looking.map(command => [command, 'allowed']),
    );
    const changing = [
      `SET ${own}:a 2`,
      `GETDEL ${own}:a`,
      `GETEX ${own}:a PERSIST`,
      `DEL ${own}:a`,
      `EXPIRE ${own}:a 1`,
      `RENAME ${own}:a ${own}:b`,
      `HSET ${own}:h f v`,
      `BITFIELD ${own}:a SET u8 0 1`,
      `SORT ${own}:l STORE ${own}:m`,
      `PUBLISH ${own}:news x`,
      `XREADGROUP GROUP g c STREAMS ${own}:x >`,
      'EVAL return 0',
    ];
    expect(await refusals(person.client, changing)).toEqual(
      changing.map(command => [command, 'refused NOPERM']),
    );
    expect(await client.get(`${own}:a`)).toBe('1');
  });

  it('shows a login nothing by the mark that it bears', async () => {
    const { mine, client, theirs } = await twoTenants();
    expect(
      await refusals(client, [
        `GET slipway:owner:${mine.target.id}`,
        `SET slipway:owner:${mine.target.id} x`,
        `GET slipway:owner:${theirs.target.id}`,
      ]),
    ).toEqual([
      [expect.anything(), 'allowed'],
      [expect.anything(), 'refused NOPERM'],
      [expect.anything(), 'refused NOPERM'],
    ]);
  });

  it('says that the rights were altered, and mends them', async () => {
    const { mine } = await twoTenants();
    const { target, spec } = mine;
    const { username } = mine.login;
    const { provider, admin } = harness;
    const alterations = [
      ['+scan', '+scan'],
      ['-get', '-get'],
      ['+@all', expect.stringContaining('and more')],
      ['~*', 'other keys'],
      ['~x', 'other keys'],
      ['&*', 'other channels'],
      ['(+@all ~*)', 'further rules'],
      ['nopass', 'no password'],
    ];
    for (const [rule, found] of alterations) {
      await admin.sendCommand(['ACL', 'SETUSER', username, rule]);
      const seen = await provider.observe(target, { spec });
      expect([rule, seen.drift]).toEqual([
        rule,
        [
          {
            what: `rights of ${username}`,
            wanted: 'as the platform gave them',
            found,
          },
        ],
      ]);
      const proof = await provider.credentials.verify(target, {
        slot: 'a',
        password: mine.login.password,
      });
      expect([rule, proof.passed]).toEqual([
        rule,
        // The others show nothing that is tried.
        ['~x', '&*', 'nopass'].includes(rule),
      ]);
      await provider.ensure('give-rights', mine, context());
      expect((await provider.observe(target, { spec })).drift).toEqual([]);
    }
  });

  it.each(['retired', 'revoked', 'suspended', 'destroyed'] as const)(
    'ends sessions that listen or wait when the login is %s',
    async how => {
      const { target, login } = await provision(harness);
      const { provider } = harness;
      const { credentials } = provider;
      const waiting = await connect(login);
      const blocked = outcomeOf(
        waiting.client.sendCommand(['BLPOP', `${target.externalName}:q`, '0']),
      );
      const listening = await connect(login);
      await listening.client.subscribe(`${target.externalName}:news`, () => {});
      if (how === 'retired') {
        const next = { slot: 'b', password: 'x'.repeat(20) } as const;
        await credentials.stage(target, next, context());
        await credentials.activate(target, 'b', context());
        await credentials.retire(target, 'a', context());
      } else if (how === 'revoked') {
        await credentials.revokeAll(target, context());
      } else if (how === 'suspended') {
        await provider.suspend(target, context());
      } else {
        await provider.destroy(target, context());
      }
      expect(await blocked).not.toBe('allowed');
      await waitUntil(() => !listening.client.isOpen);
      expect(await outcomeOf(connect(login))).toBe('refused WRONGPASS');
    },
  );

  it('removes keys of whatever number, and no neighbour’s', async () => {
    const { mine, victim, client, own } = await twoTenants();
    for (let batch = 0; batch < 5; batch++) {
      await client.mSet(
        Array.from({ length: 1_000 }, (_, i) => [
          `${own}:${batch}-${i}`,
          'x',
        ]) as Array<[string, string]>,
      );
    }
    await harness.provider.destroy(mine.target, context());
    expect(await harness.admin.keys(`${own}*`)).toEqual([]);
    expect(await victim.read('order-1')).toBe('two tents');
  });

  it('leaves a person’s name that is taken on the server as it is', async () => {
    const { target } = await provision(harness);
    const person = 'user:default/nora.lind';
    const login = {
      loginId: target.id,
      person,
      access: 'read-only' as const,
      expiresAt: new Date(Date.now() + 60_000),
      password: 'secret',
    };
    const username = personalLoginName(person, target.id);
    await harness.admin.sendCommand(['ACL', 'SETUSER', username, '~x']);
    const before = await harness.inventory();
    await expect(
      harness.provider.credentials.personal.grant(target, login, context()),
    ).rejects.toMatchObject({ name: 'TerminalError' });
    expect(await harness.inventory()).toEqual(before);
    await harness.admin.sendCommand(['ACL', 'DELUSER', username]);
  });
});

/** Arguments of which none is a key of one's own, in several numbers and places. */
function fillings(least: number, more: boolean, key: string): string[][] {
  const kinds = [
    () => key,
    (at: number) => (at === 0 ? key : '1'),
    (at: number) => (at === 0 ? key : '0'),
    (at: number) => (at === 1 ? '0' : key),
    (at: number) => (at === 1 ? '1' : key),
    (at: number) => (at === 0 ? '1' : key),
    (at: number) => (at === 0 ? '0' : key),
    () => '1',
  ];
  return [0, 1, 2, 3, 4]
    .filter(extra => extra === 0 || more)
    .flatMap(extra =>
      kinds.map(kind =>
        Array.from({ length: least + extra }, (_, at) => kind(at)),
      ),
    );
}

async function refusals(
  client: Awaited<ReturnType<typeof connect>>['client'],
  commands: string[],
) {
  const outcomes: Array<[string, string]> = [];
  for (const command of commands) {
    outcomes.push([
      command,
      await outcomeOf(client.sendCommand(command.split(' '))),
    ]);
  }
  return outcomes;
}

async function waitUntil(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition() && Date.now() < end) {
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  expect(condition()).toBe(true);
}
