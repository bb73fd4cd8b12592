import { waitFor } from '../__testUtils__/startCatalog';
import { useGitHost } from '../__testUtils__/useGitHost';

jest.setTimeout(180_000);

describe('what people are told of a file', () => {
  const { host, catalog, address, put, register } = useGitHost();

  it('is what keeps a whole file out', async () => {
    put('acme/open', 'kept-out', {}, 'mixed.yaml');
    host.files.set(
      'acme/open/mixed.yaml',
      `${host.files.get('acme/open/mixed.yaml')}\n---\n${JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'User',
        metadata: { name: 'mallory' },
        spec: { memberOf: ['platform-team'] },
      })}`,
    );
    const refused = await register('sam', address('acme/open', 'mixed.yaml'));
    expect(refused.status).toBe(403);
    expect(refused.body.error.message).toBe(
      `user:default/mallory keeps all of ${address('acme/open', 'mixed.yaml')} out of the catalog: entities of its kind come only from places that the configuration names. Take it out of the file, or ask the platform team.`,
    );
  });

  it('is, of one that was fine before, that owners hear what of theirs it keeps out', async () => {
    put('acme/open', 'was-fine', {}, 'later.yaml');
    const { body } = await register('sam', address('acme/open', 'later.yaml'));
    const page = () =>
      catalog().call(
        'sam',
        'GET',
        '/entities/by-name/component/default/was-fine',
      );
    await waitFor(async () => expect((await page()).status).toBe(200));
    host.files.set(
      'acme/open/later.yaml',
      `${host.files.get('acme/open/later.yaml')}\n---\n${JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Group',
        metadata: { name: 'mallory' },
        spec: { type: 'team', children: [] },
      })}`,
    );
    const { entityRef } = body.location;
    expect(
      (await catalog().call('nora', 'POST', '/refresh', { entityRef })).status,
    ).toBe(200);
    await waitFor(async () =>
      expect(catalog().notices).toContainEqual({
        recipients: {
          type: 'entity',
          entityRef: ['group:default/team-orders'],
        },
        payload: expect.objectContaining({
          title: 'The catalog cannot take in a file any more',
          description: `What came from it stays as it was: component:default/was-fine. What is wrong is on the page of ${entityRef} (NotAllowedError).`,
          link: '/catalog/default/component/was-fine',
        }),
      }),
    );
    expect((await page()).status).toBe(200);
  });
});
