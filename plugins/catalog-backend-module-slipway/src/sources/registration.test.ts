import { waitFor } from '../__testUtils__/startCatalog';
import { useGitHost } from '../__testUtils__/useGitHost';

jest.setTimeout(180_000);

describe('who registers a repository', () => {
  const { host, base, catalog, address, put, register, dryRun } = useGitHost();

  it('may be anybody when everybody may read it', async () => {
    put('acme/open', 'open');
    expect((await dryRun('ines', address('acme/open'))).status).toBe(201);
    put('acme/listed', 'listed');
    expect((await dryRun('ines', address('acme/listed'))).status).toBe(201);
  });

  it('has to be allowed to read it, and learns nothing of it otherwise', async () => {
    put('acme/secret', 'hidden-name');
    for (const attempt of [register, dryRun]) {
      const refused = await attempt('ines', address('acme/secret'));
      expect(refused.status).toBe(403);
      expect(refused.body.error.message).toBe(
        `${base()}/acme/secret cannot be read for you: there is none, the portal's own account may not read it, or it is private and the host does not say that you may. Check the address, ask its owners to let you in or to register it, or start it from a template, which takes your own account on the host.`,
      );
    }
    for (const type of ['url', 'file', 'anything']) {
      const analysed = await catalog().call(
        'ines',
        'POST',
        '/analyze-location',
        {
          location: { type, target: address('acme/secret') },
        },
      );
      expect(analysed.status).toBe(403);
    }
    expect(host.asked.filter(line => line.includes('/contents/'))).toEqual([]);
    const { body: locations } = await catalog().call(
      'nora',
      'GET',
      '/locations',
    );
    expect(locations).toEqual([]);

    expect((await dryRun('sam', address('acme/secret'))).status).toBe(201);
  });

  it('cannot tell what is private from what is not there, with a token or without', async () => {
    for (const tells of [true, false]) {
      host.tellsPermissions = tells;
      for (const token of [undefined, 'ines']) {
        const answers = [];
        for (const repository of ['acme/secret', 'acme/nothing']) {
          const { status, body } = await register(
            'ines',
            address(repository),
            token ? { 'slipway-repository-token': token } : undefined,
          );
          const { name, message } = body.error;
          answers.push([status, name, message.replaceAll(repository, '…')]);
        }
        expect(answers[0]).toEqual(answers[1]);
      }
    }
  });

  it('learns nothing of addresses when they have left', async () => {
    put('acme/open', 'open');
    const before = host.asked.length;
    for (const target of [address('acme/open'), address('acme/secret')]) {
      for (const attempt of [register, dryRun]) {
        const { status, body } = await attempt('leaver', target);
        expect([status, body.error.message]).toEqual([
          403,
          'You may not register or look at addresses for the catalog.',
        ]);
      }
    }
    expect(host.asked.slice(before)).toEqual([]);
  });

  it('is known by a token of their own where the host does not tell', async () => {
    put('acme/secret', 'hidden-name');
    host.tellsPermissions = false;
    const unknown = await register('sam', address('acme/secret'));
    expect(unknown.status).toBe(403);
    expect(unknown.body.error.message).toMatch(
      /the host does not say that you may/,
    );
    const token = (value: string) => ({ 'slipway-repository-token': value });
    expect(
      (await register('ines', address('acme/secret'), token('ines'))).status,
    ).toBe(403);
    expect(
      (await register('sam', address('acme/secret'), token('sams'))).status,
    ).toBe(201);
  });

  it('may not move what is theirs to what they may not read', async () => {
    put('acme/open', 'movable', {}, 'movable.yaml');
    const { body } = await register(
      'sam',
      address('acme/open', 'movable.yaml'),
    );
    await waitFor(async () =>
      expect(
        (
          await catalog().call(
            'sam',
            'GET',
            '/entities/by-name/component/default/movable',
          )
        ).status,
      ).toBe(200),
    );
    host.repositories['acme/closed'] = { private: true, readers: [] };
    const moved = await catalog().call(
      'sam',
      'PUT',
      `/locations/${body.location.id}`,
      {
        type: 'url',
        target: address('acme/closed'),
      },
    );
    expect(moved.status).toBe(403);
  });

  it('has each registration counted once, and is told when to go on', async () => {
    put('acme/open', 'open');
    // Of somebody else than in the tests before: each counts for a minute.
    const looks = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () =>
          catalog().call('nora', 'POST', '/analyze-location', {
            location: { type: 'url', target: `${base()}/acme` },
          }),
        ),
      );
    // These lead nowhere, and count all the same.
    await looks(118);
    expect((await register('nora', address('acme/open'))).status).not.toBe(429);
    expect((await register('nora', address('acme/open'))).status).not.toBe(429);
    const refused = await register('nora', address('acme/open'));
    expect([refused.status, refused.body.error.name]).toEqual([
      429,
      'TooManyRequestsError',
    ]);
    expect(refused.headers.get('retry-after')).toBe('60');
  });

  it('hears that the host is away, and that an address leads nowhere', async () => {
    const nowhere = await register('sam', `${base()}/acme`);
    expect(nowhere.status).toBe(400);
    expect(nowhere.body.error.message).toMatch(
      /^target: .* leads into no repository/,
    );
    host.isAway = true;
    expect(
      (await register('sam', address('acme/open', 'other.yaml'))).status,
    ).toBe(503);
  });
});
