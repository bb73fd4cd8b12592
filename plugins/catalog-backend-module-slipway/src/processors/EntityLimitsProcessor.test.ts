import { TestDatabases } from '@backstage/backend-test-utils';
import { startCatalog } from '../__testUtils__/startCatalog';

jest.setTimeout(180_000);

const list = (length: number) =>
  Array.from({ length }, (_, i) => `component:default/c${i}`);
const tags = (length: number) => Array.from({ length }, (_, i) => `tag-${i}`);
const map = (length: number) =>
  Object.fromEntries(tags(length).map(key => [key, 'x']));
const links = (length: number) =>
  Array.from({ length }, () => ({ url: 'https://example.com' }));

describe('EntityLimitsProcessor', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let catalog: Awaited<ReturnType<typeof startCatalog>>;

  const validate = (metadata: object, spec: object) =>
    catalog.call('ines', 'POST', '/validate-entity', {
      entity: {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: { name: 'many', ...metadata },
        spec: {
          type: 'service',
          lifecycle: 'experimental',
          owner: 'team-orders',
          ...spec,
        },
      },
      location: 'url:https://nowhere.example.com/catalog-info.yaml',
    });

  beforeAll(async () => {
    catalog = await startCatalog({ databases, config: {} });
  });
  afterAll(() => catalog?.stop());

  it.each([
    ['metadata.tags', 101, 100, { tags: tags(101) }, {}],
    ['metadata.labels', 101, 100, { labels: map(101) }, {}],
    ['metadata.links', 101, 100, { links: links(101) }, {}],
    ['spec.dependsOn', 1001, 1000, {}, { dependsOn: list(1001) }],
    ['spec.members', 10_001, 10_000, {}, { members: Array(10_001).fill('x') }],
  ])('refuses too many of %s', async (field, count, most, metadata, spec) => {
    const { status, body } = await validate(metadata, spec);
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain(
      `${field} has ${count} entries, and may have ${most}.`,
    );
  });

  it('refuses too many annotations, and takes what is at the limits', async () => {
    const many = await validate({ annotations: map(201) }, {});
    expect(many.body.errors[0].message).toMatch(
      /metadata\.annotations has \d+ entries, and may have 200\./,
    );
    const fine = await validate(
      {
        tags: tags(100),
        labels: map(100),
        // The catalog writes some itself.
        annotations: map(190),
        links: links(100),
      },
      { dependsOn: list(1000) },
    );
    expect(fine.status).toBe(200);
  });
});
