import { useGitHost } from '../__testUtils__/useGitHost';

jest.setTimeout(180_000);

describe('what is registered', () => {
  const { host, address, put, dryRun } = useGitHost();

  it('leads to no other repository by what is in it', async () => {
    put('acme/secret', 'hidden-name');
    host.files.set(
      'acme/open/leading.yaml',
      JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Location',
        metadata: { name: 'leading' },
        spec: { targets: [address('acme/secret')] },
      }),
    );
    put(
      'acme/open',
      'reading',
      { definition: { $text: address('acme/secret') } },
      'reading.yaml',
    );
    for (const file of ['leading.yaml', 'reading.yaml']) {
      const refused = await dryRun('ines', address('acme/open', file));
      expect(refused.status).toBe(400);
      expect(refused.body.error.message).toContain(
        'which is not in the same repository',
      );
    }
    expect(host.asked.filter(line => line.includes('secret/contents'))).toEqual(
      [],
    );
  });

  it('has placeholders taken in, however deep they are', async () => {
    host.files.set('acme/open/part.yaml', 'a: &x [1]\nb: *x');
    host.files.set('acme/open/bomb.yaml', `a: &a x\nb: [${'*a,'.repeat(101)}]`);
    const deep = (file: string) => ({ deep: [{ er: { $yaml: `./${file}` } }] });
    put('acme/open', 'nested', deep('part.yaml'), 'nested.yaml');
    const { body } = await dryRun('ines', address('acme/open', 'nested.yaml'));
    expect(body.entities).toContainEqual(
      expect.objectContaining({
        spec: expect.objectContaining({
          deep: [{ er: { a: [1], b: [1] } }],
        }),
      }),
    );
    put('acme/open', 'bomb', deep('bomb.yaml'), 'bombed.yaml');
    const refused = await dryRun('ines', address('acme/open', 'bombed.yaml'));
    expect(refused.status).toBe(400);
    expect(refused.body.error.message).toMatch(/Placeholder \$yaml.*alias/i);
  });
});
