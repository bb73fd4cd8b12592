import { ConfigReader } from '@backstage/config';
import { LocationTargetsProcessor } from './LocationTargetsProcessor';
import { OpenSources } from './OpenSources';

const CONFIGURED = 'https://github.com/acme/org/blob/main/all.yaml';

const TRUSTED = 'https://github.com/acme/trusted/blob/main/all.yaml';

const configured = (openSources: string[]) =>
  new ConfigReader({
    integrations: { gitlab: [{ host: 'gitlab.com' }] },
    catalog: {
      slipway: { openSources },
      locations: [
        { type: 'url', target: CONFIGURED },
        { type: 'url', target: TRUSTED, leadsAnywhere: true },
        { type: 'file', target: '/srv/company/org.yaml' },
        { type: 'file', target: '/srv/many/*/all.yaml' },
      ],
    },
  });

describe('OpenSources', () => {
  it.each([
    ['https://github.com', 'https://github.com/acme/boats', true],
    ['https://github.com/acme', 'https://github.com/acme/boats', true],
    ['https://github.com/acme', 'https://github.com/acme-labs/boats', false],
    ['https://github.com/acme/boats', 'https://github.com/acme/boats', true],
    ['https://github.com/acme/boats', 'https://github.com/acme/boat', false],
    ['https://gitlab.com/acme/fleet', 'https://gitlab.com/acme/fleet/b', true],
  ])('by %s: %s is open: %s', (source, repository, expected) => {
    expect(
      OpenSources.fromConfig(configured([source])).includes(repository),
    ).toBe(expected);
  });

  it.each([
    'https://unknown.example.com/acme',
    'https://github.com/acme/boats/blob/main',
    'acme/boats',
  ])('does not take %s', source => {
    expect(() => OpenSources.fromConfig(configured([source]))).toThrow(
      `catalog.slipway.openSources: ${source} leads to no git host in integrations.`,
    );
  });
});

describe('a file on this machine', () => {
  const sources = OpenSources.fromConfig(configured([]));
  const lead = (from: string) => () =>
    sources.checkReference('https://github.com/acme/secret/blob/main/a', from);

  it.each([
    '/srv/company/org.yaml',
    '/srv/company/teams/orders.yaml',
    '/srv/many/one/all.yaml',
  ])('leads anywhere where the configuration names it: %s', from => {
    expect(lead(from)).not.toThrow();
  });

  it.each(['/x', '/srv/company/../x', '/srv/company-2/x', 'org.yaml', 'x:y'])(
    'leads nowhere else: %s',
    from => {
      expect(lead(from)).toThrow('which is not in the same repository');
    },
  );
});

describe('LocationTargetsProcessor', () => {
  const config = configured([]);
  const processor = LocationTargetsProcessor.create({
    config,
    sources: OpenSources.fromConfig(config),
  });
  const process = (from: string, spec: object, origin = from) =>
    processor.preProcessEntity(
      {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Location',
        metadata: { name: 'all' },
        spec: { ...spec },
      },
      { type: 'url', target: from },
      () => {},
      { type: 'url', target: origin },
    );
  const file = '/srv/company/org.yaml';
  const trustedToo = 'https://github.com/acme/trusted/blob/main/more.yaml';
  const elsewhere = 'https://github.com/acme/secret/blob/main/a.yaml';
  const registered = 'https://github.com/acme/boats/blob/main/all.yaml';

  it.each([
    [TRUSTED, TRUSTED],
    [trustedToo, TRUSTED],
  ])(
    'lets what the configuration trusts lead anywhere: %s',
    async (from, origin) => {
      const entity = await process(from, { targets: [elsewhere] }, origin);
      expect(entity.kind).toBe('Location');
    },
  );

  it.each([
    ['which the configuration names', CONFIGURED, CONFIGURED],
    ['that a file on this machine leads to', registered, file],
    ['that a trusted one leads to', registered, TRUSTED],
    [
      'of a trusted repository that somebody registered',
      trustedToo,
      trustedToo,
    ],
  ])('keeps one in its repository %s', async (_, from, origin) => {
    await expect(
      process(from, { targets: [elsewhere] }, origin),
    ).rejects.toThrow('which is not in the same repository.');
    await process(from, { targets: [from, './a.yaml'] }, origin);
  });

  it('reads what the configuration names where no repository is known', async () => {
    const plain = 'https://files.example.com/all.yaml?version=1';
    const entity = await process(plain, { target: plain });
    expect(entity.kind).toBe('Location');
  });

  it('keeps what people register in its repository', async () => {
    for (const spec of [
      { targets: ['./a.yaml', elsewhere] },
      { target: '../../../secret/blob/main/a.yaml' },
    ]) {
      await expect(process(registered, spec)).rejects.toThrow(
        /^location:default\/all: https:\/\/github\.com\/acme\/boats\/blob\/main\/all\.yaml leads to https:\/\/github\.com\/acme\/secret\/.*, which is not in the same repository\./,
      );
    }
    const fine = await process(registered, {
      targets: ['./a.yaml', '/docs/b.yaml', registered],
    });
    expect(fine.kind).toBe('Location');
  });
});
