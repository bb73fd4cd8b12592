import { useGitHost } from '../__testUtils__/useGitHost';

jest.setTimeout(180_000);

describe('who has a document validated', () => {
  const { host, base, catalog, address, put } = useGitHost();

  const probe = (metadata: object = {}, more: object = {}) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'probe', ...metadata },
    spec: { type: 'service', lifecycle: 'x', owner: 'team-orders' },
    ...more,
  });
  const validate = (person: string, entity: object, location: string) =>
    catalog().call(person, 'POST', '/validate-entity', { entity, location });
  const quoting = probe({ tags: [{ $text: './secret.txt' }] });
  const leading = {
    kind: 'Location',
    spec: { type: 'file', targets: ['/etc/hosts'] },
  };

  beforeEach(() => {
    host.files.set('acme/secret/secret.txt', 'Payroll and passwords');
    put('acme/secret', 'hidden-name');
  });

  it('learns only of what they may read', async () => {
    const secret = `url:${address('acme/secret')}`;
    const refused = await validate('ines', quoting, secret);
    expect(refused.status).toBe(403);
    expect(refused.body.error.message).toBe(
      `${base()}/acme/secret cannot be read for you: there is none, the portal's own account may not read it, or it is private and the host does not say that you may. Check the address, ask its owners to let you in or to register it, or start it from a template, which takes your own account on the host.`,
    );
    for (const annotations of [[], 'none', null]) {
      expect(
        (await validate('ines', probe({ annotations }), secret)).status,
      ).toBe(403);
    }
    expect(host.asked.filter(line => line.includes('/contents/'))).toEqual([]);

    const own = await validate('sam', quoting, secret);
    expect(own.status).toBe(400);
    expect(own.body.errors[0].message).toContain('tags');
    expect((await validate('sam', probe(), secret)).status).toBe(200);
  });

  it.each([
    [
      'backstage.io/managed-by-location',
      /^entity\.metadata\.annotations: backstage\.io\/managed-by-location is written by the catalog/,
    ],
    [
      'backstage.io/managed-by-origin-location',
      /^entity\.metadata\.annotations: backstage\.io\/managed-by-origin-location is/,
    ],
  ])('does not say itself where it comes from: %s', async (name, message) => {
    const { status, body } = await validate(
      'sam',
      probe({ annotations: { [name]: 'file:/x' }, ...quoting }, leading),
      `url:${address('acme/open')}`,
    );
    expect(status).toBe(400);
    expect(body.errors[0].message).toMatch(
      /^entity\.kind: what a Location leads to is not read/,
    );
    const refused = await validate(
      'sam',
      probe({
        annotations: { [name]: 'file:/x' },
        tags: [{ $text: address('acme/secret', 'secret.txt') }],
      }),
      `url:${address('acme/open')}`,
    );
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual([
      { name: 'InputError', message: expect.stringMatching(message) },
    ]);
    expect(host.asked).toEqual([]);
  });

  it.each([
    'url:nowhere',
    'url:/etc/hosts',
    'file:/x',
    'url:file:///x',
    'nothing',
  ])('comes from a git host: %s', async location => {
    const { status, body } = await validate(
      'sam',
      probe({ tags: [{ $text: address('acme/secret', 'secret.txt') }] }),
      location,
    );
    expect(status).toBe(400);
    expect(body.errors[0].message).toMatch(/^location: .* is no address\./);
    expect(host.asked).toEqual([]);
  });

  it.each([
    [{ location: 'url:x' }, /^entity: /],
    [{ entity: 'kind: Component', location: 'url:x' }, /^entity: /],
    [{ entity: probe() }, /^location: /],
  ])('sends a document as an object, and where it is', async (sent, text) => {
    const { status, body } = await catalog().call(
      'sam',
      'POST',
      '/validate-entity',
      sent,
    );
    expect(status).toBe(400);
    expect(body.errors[0].message).toMatch(text);
  });

  it('is the same for agents', async () => {
    const invoke = async (input: object) => {
      const { body } = await catalog().call(
        'ines',
        'POST',
        '/.backstage/actions/v1/actions/catalog:validate-entity/invoke',
        input,
      );
      return body.output ?? body.error;
    };
    const entity = JSON.stringify(quoting);
    const location = `url:${address('acme/secret')}`;
    expect(await invoke({ entity, location })).toMatchObject({
      name: 'NotAllowedError',
      message: expect.stringMatching(
        /acme\/secret cannot be read for you: there is none, .* ask its owners/,
      ),
    });
    const elsewhere = probe({
      tags: [{ $text: address('acme/secret', 'secret.txt') }],
    });
    // Where no location is given, the document is in no repository, and leads to none.
    expect(await invoke({ entity: JSON.stringify(elsewhere) })).toMatchObject({
      isValid: false,
      errors: [expect.stringContaining('which is not in the same repository')],
    });
    expect(
      await invoke({
        entity: JSON.stringify(probe({}, leading)),
        location: `url:${address('acme/open')}`,
      }),
    ).toMatchObject({
      errors: [expect.stringContaining('what a Location leads to')],
    });
    expect(host.asked.filter(line => line.includes('/contents/'))).toEqual([]);
    expect(await invoke({ entity: JSON.stringify(probe()) })).toMatchObject({
      isValid: true,
    });
  });
});
